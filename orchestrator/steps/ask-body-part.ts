/** Asks what the thumbnail of a radiograph shows. */
import { type Answer, ASKING_AGAIN, askStep } from '#platform/bus/ask-step.ts';
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { DeadlineExceeded } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { createWaitingLine } from '#platform/waiting-line.ts';
import { BodyPartReply, BodyPartRequest } from '#proto/deepxray/bus/v1/bus.ts';
import { type BodyPart, BodyPartKind } from '#proto/deepxray/v1/scoring.ts';
import { ServiceTime } from '../service-time.ts';
import { stepAway } from './presence.ts';

/** A pod answers in tens of milliseconds; one that is silent for this long, and for much longer than pods were of late, is frozen or gone. */
const REPLY_WITHIN_MS = 1500;

/** Guess to begin with. */
const REPLY_GUESS_MS = 100;

/** Throws DeepXRayError, or DeadlineExceeded. */
export type AskBodyPart = (
  request: BodyPartRequest,
  envelope: Envelope,
  signal: AbortSignal,
) => Promise<BodyPart>;

/** For all films of an orchestrator, which wait in one line and know how long a reply takes of late. */
export function createBodyPartAsker(bus: Bus): AskBodyPart {
  const line = createWaitingLine(ASKING_AGAIN);
  const replyTime = new ServiceTime(REPLY_GUESS_MS);
  return async (request, envelope, signal) => {
    const asked = await askStep({
      bus,
      step: 'body-part',
      payload: BodyPartRequest.encode(request).finish(),
      envelope,
      signal,
      replyWithinMs: REPLY_WITHIN_MS,
      replyTime,
      read: readReply,
      line,
    });
    if ('answer' in asked) return asked.answer;
    if (asked.refused === 'too-late') throw new DeadlineExceeded();
    if (asked.refused === 'unavailable') throw stepAway(['body-part']);
    throw new DeepXRayError('internal', 'The body part could not be recognised; the trace id leads to why.');
  };
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
