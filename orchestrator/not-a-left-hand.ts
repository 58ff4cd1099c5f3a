/** The refusal of a radiograph that is no left hand, with what was recognised in its stead. */
import { DeepXRayError } from '#platform/errors/code.ts';
import { type BodyPart, BodyPartKind } from '#proto/deepxray/v1/scoring.ts';

const WORDS: Partial<Record<BodyPartKind, { kind: string; text: string }>> = {
  [BodyPartKind.BODY_PART_KIND_RIGHT_HAND]: { kind: 'right-hand', text: 'The image shows a right hand.' },
  [BodyPartKind.BODY_PART_KIND_BOTH_HANDS]: { kind: 'both-hands', text: 'The image shows both hands.' },
};
// Also what the model was not sure enough of: it does not say that there is no hand.
const OTHER = { kind: 'other', text: 'No hand was recognised in the image.' };

export function notALeftHand({ kind, probability, turnedClockwiseDeg }: BodyPart): DeepXRayError {
  const word = WORDS[kind] ?? OTHER;
  return new DeepXRayError('not-a-left-hand', `${word.text} Only radiographs of one left hand are scored.`, {
    metadata: {
      kind: word.kind,
      turnedClockwiseDeg: String(turnedClockwiseDeg),
      ...(probability === undefined ? {} : { probability: probability.toFixed(4) }),
    },
  });
}
