/** Says what a thumbnail shows: which hand or hands, or something else, and how it is turned. */
import { MalformedMessage } from '#platform/bus/bus.ts';
import { isWhole } from '#platform/image/grey-image.ts';
import type { Logger } from '#platform/process/log.ts';
import { markFailed } from '#platform/telemetry/endings.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import { BodyPartReply, BodyPartRequest, Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { isKnownFailure } from '../sidecar/is-known-failure.ts';
import type { ModelClient } from '../sidecar/model-client.ts';
import type { Net } from '../sidecar/run-sidecar.ts';
import type { Work } from '../sidecar/step.ts';
import { whyRefused } from '../sidecar/why-refused.ts';
import { INPUT, interpret, MODEL, prepare } from './body-part-model.ts';

export async function classifyBodyPart(
  work: Work,
  {
    client,
    netOf,
    log,
  }: {
    client: ModelClient;
    netOf(model: string, version: string): Net;
    log: Logger;
  },
): Promise<void> {
  const answer = (reply: NonNullable<BodyPartReply['reply']>) =>
    work.respond(BodyPartReply.encode({ reply }).finish());
  const refuse = (reason: Refusal_Reason) =>
    answer({ $case: 'refusal', value: { reason, instance: work.instance } });

  const request = decodeRequest(work.payload);
  if (!request?.thumbnail || !isWhole(request.thumbnail)) {
    refuse(Refusal_Reason.REASON_INVALID);
    throw new MalformedMessage('no thumbnail that is whole');
  }
  const { side, threshold } = netOf(MODEL, request.modelVersion);
  const image = prepare(request.thumbnail, side);
  try {
    const outputs = await client.infer(
      MODEL,
      request.modelVersion,
      INPUT,
      { batch: 1, ...image },
      {
        deadline: work.envelope.deadline,
        signal: work.signal,
      },
    );
    const recognised = interpret(
      {
        kind: outputs.values('kind'),
        turned: outputs.values('turned'),
        inverted: outputs.values('inverted'),
      },
      threshold,
    );
    answer({
      $case: 'bodyPart',
      value: {
        kind: recognised.kind,
        probability: recognised.probability,
        turnedClockwiseDeg: recognised.turnedClockwise,
        inverted: recognised.inverted,
        given: false,
        model: { name: MODEL, version: outputs.version },
      },
    });
  } catch (err) {
    if (work.signal.aborted) return;
    const span = activeSpan();
    if (span) markFailed(span, err);
    if (!isKnownFailure(err)) log.error({ err }, 'the body part could not be told');
    refuse(whyRefused(err));
  }
}

function decodeRequest(payload: Uint8Array): BodyPartRequest | undefined {
  try {
    return BodyPartRequest.decode(payload);
  } catch {
    return undefined;
  }
}
