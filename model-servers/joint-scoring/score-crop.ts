/** Grades one crop of a joint and sends the score to where its request's scores go. */
import { MalformedMessage } from '#platform/bus/bus.ts';
import { encodeAccepted, encodeRefusal } from '#platform/bus/receipt.ts';
import { jointFromProto } from '#platform/domain/joints.ts';
import { isWhole } from '#platform/image/grey-image.ts';
import type { Logger } from '#platform/process/log.ts';
import { markFailed } from '#platform/telemetry/endings.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import { CropRequest, Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';
import { isKnownFailure } from '../sidecar/is-known-failure.ts';
import type { InferTogether } from '../sidecar/one-call-for-what-waits.ts';
import type { Net } from '../sidecar/run-sidecar.ts';
import type { Work } from '../sidecar/step.ts';
import { whyMissing } from '../sidecar/why-missing.ts';
import { INPUT, interpret, MODEL, prepare } from './scoring-model.ts';

export type Parts = {
  infer: InferTogether;
  netOf(model: string, version: string): Net;
  log: Logger;
};

export async function scoreCrop(work: Work, parts: Parts): Promise<void> {
  const request = decodeRequest(work.payload);
  const crop = request?.crop;
  const name = request && jointFromProto(request.joint);
  if (!request || !name || !crop || !isWhole(crop) || crop.width !== crop.height) {
    work.respond(encodeRefusal({ reason: Refusal_Reason.REASON_INVALID, instance: work.instance }));
    throw new MalformedMessage('no crop of a joint that is whole');
  }
  work.respond(encodeAccepted(work.instance));
  // The span of the message is that of the joint: one crop is all that the message is about.
  activeSpan()?.setAttributes({ [ATTRIBUTE.joint]: name, [ATTRIBUTE.attempt]: request.attempt });
  await grade(work, request, parts);
}

async function grade(
  work: Work,
  { joint, crop, modelVersion, attempt }: CropRequest,
  { infer, netOf, log }: Parts,
): Promise<void> {
  const { side, threshold } = netOf(MODEL, modelVersion);
  const missing = (reason: MissingReason) =>
    work.report({ $case: 'missing', value: { joint, reason, attempt } });
  try {
    const outputs = await infer(
      work.envelope.correlationId,
      MODEL,
      modelVersion,
      INPUT,
      { batch: 1, ...prepare(crop!, side) },
      {
        deadline: work.envelope.deadline,
        signal: work.signal,
      },
    );
    const graded = interpret({
      grade: outputs.values('grade'),
      erosion: outputs.values('erosion'),
      scorable: outputs.values('scorable'),
    });
    if (graded.scorable < threshold) return missing(MissingReason.MISSING_REASON_UNSCORABLE);
    const model = { name: MODEL, version: outputs.version };
    work.report({ $case: 'scored', value: { joint, ...graded, model, attempt } });
  } catch (err) {
    // An abort is the step's to tell.
    if (work.signal.aborted) return;
    const span = activeSpan();
    if (span) markFailed(span, err);
    const reason = whyMissing(err, work.envelope.deadline);
    if (!isKnownFailure(err)) log.error({ err }, 'the crop could not be graded');
    // Said at once, so that the crop is asked for again without waiting for a time-out.
    missing(reason);
  }
}

function decodeRequest(payload: Uint8Array): CropRequest | undefined {
  try {
    return CropRequest.decode(payload);
  } catch {
    return undefined;
  }
}
