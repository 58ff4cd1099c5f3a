/** Asks what the thumbnail of a radiograph shows. */
import { type Answer, askStep } from '#platform/bus/ask-step.ts';
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { DeadlineExceeded } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import { BodyPartReply, BodyPartRequest } from '#proto/deepxray/bus/v1/bus.ts';
import { type BodyPart, BodyPartKind } from '#proto/deepxray/v1/scoring.ts';
import { stepAway } from './presence.ts';

/** A pod answers in tens of milliseconds; one that is silent for this long is frozen or gone. */
const REPLY_WITHIN_MS = 1500;

/** Throws DeepXRayError, or DeadlineExceeded. */
export async function askBodyPart(
  bus: Bus,
  thumbnail: GreyImage,
  modelVersion: string,
  envelope: Envelope,
  signal: AbortSignal,
): Promise<BodyPart> {
  const asked = await askStep({
    bus,
    step: 'body-part',
    payload: BodyPartRequest.encode({ thumbnail, modelVersion }).finish(),
    envelope,
    signal,
    replyWithinMs: REPLY_WITHIN_MS,
    read: readReply,
  });
  if ('answer' in asked) return asked.answer;
  if (asked.refused === 'too-late') throw new DeadlineExceeded();
  if (asked.refused === 'unavailable') throw stepAway(['body-part']);
  throw new DeepXRayError('internal', 'The body part could not be recognised; the trace id leads to why.');
}

function readReply(payload: Uint8Array): Answer<BodyPart> | undefined {
  const { reply } = BodyPartReply.decode(payload);
  if (reply?.$case !== 'bodyPart') return reply && { refusal: reply.value.reason };
  return isSound(reply.value) ? { answer: reply.value } : undefined;
}

const KINDS: ReadonlySet<BodyPartKind> = new Set([
  BodyPartKind.BODY_PART_KIND_LEFT_HAND,
  BodyPartKind.BODY_PART_KIND_RIGHT_HAND,
  BodyPartKind.BODY_PART_KIND_BOTH_HANDS,
  BodyPartKind.BODY_PART_KIND_OTHER,
]);
const TURNS: ReadonlySet<number> = new Set([0, 90, 180, 270]);

/** What a model can have said. */
const isSound = ({ kind, turnedClockwiseDeg, probability }: BodyPart): boolean =>
  KINDS.has(kind) &&
  TURNS.has(turnedClockwiseDeg) &&
  probability !== undefined &&
  Number.isFinite(probability);
