/** Gives crops to scoring pods that have room. Only receipts come here; scores go straight to the orchestrator. */
import { ASKING_AGAIN, askStep } from '#platform/bus/ask-step.ts';
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { RECEIPT_WITHIN_MS, readReceipt } from '#platform/bus/receipt.ts';
import { jointFromProto } from '#platform/domain/joints.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { createWaitingLine } from '#platform/waiting-line.ts';
import { CropRequest } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';

const REASON = {
  unavailable: MissingReason.MISSING_REASON_UNAVAILABLE,
  'too-late': MissingReason.MISSING_REASON_DEADLINE,
  failed: MissingReason.MISSING_REASON_FAILED,
} as const;

/** Undefined once a scorer has the crop; else why none took it. */
export type SendCrop = (
  request: CropRequest,
  envelope: Envelope,
  signal: AbortSignal,
) => Promise<MissingReason | undefined>;

export function createCropSender(bus: Bus): SendCrop {
  const line = createWaitingLine(ASKING_AGAIN);
  return async (request, envelope, signal) => {
    const asked = await askStep({
      bus,
      step: 'joint-scoring',
      payload: CropRequest.encode(request).finish(),
      envelope,
      signal,
      replyWithinMs: RECEIPT_WITHIN_MS,
      attributes: {
        [ATTRIBUTE.joint]: jointFromProto(request.joint) ?? 'unknown',
        [ATTRIBUTE.attempt]: request.attempt,
      },
      read: readReceipt,
      line,
    });
    return 'answer' in asked ? undefined : REASON[asked.refused];
  };
}
