/** Asks for joints to be found, cut and sent on; the answers come to the score inbox. */
import { type Asked, askStep } from '#platform/bus/ask-step.ts';
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { RECEIPT_WITHIN_MS, readReceipt } from '#platform/bus/receipt.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { ExtractionRequest } from '#proto/deepxray/bus/v1/bus.ts';

/** The answer is the name of the pod that took it. */
export const askExtraction = (
  bus: Bus,
  request: ExtractionRequest,
  envelope: Envelope,
  signal: AbortSignal,
): Promise<Asked<string>> =>
  askStep({
    bus,
    step: 'joint-extraction',
    payload: ExtractionRequest.encode(request).finish(),
    envelope,
    signal,
    replyWithinMs: RECEIPT_WITHIN_MS,
    attributes: { [ATTRIBUTE.attempt]: request.attempt },
    read: readReceipt,
  });
