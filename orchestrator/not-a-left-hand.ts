/** The refusal of a radiograph that is no left hand, with what was recognised in its stead. */
import { DeepXRayError } from '#platform/errors/code.ts';
import { type BodyPart, BodyPartKind } from '#proto/deepxray/v1/scoring.ts';

const WORDS: Partial<Record<BodyPartKind, { kind: string; text: string }>> = {
  [BodyPartKind.BODY_PART_KIND_RIGHT_HAND]: { kind: 'right-hand', text: 'a right hand' },
  [BodyPartKind.BODY_PART_KIND_BOTH_HANDS]: { kind: 'both-hands', text: 'both hands' },
};

export function notALeftHand({ kind, probability, turnedClockwiseDeg }: BodyPart): DeepXRayError {
  const word = WORDS[kind] ?? { kind: 'other', text: 'something other than a hand' };
  return new DeepXRayError(
    'not-a-left-hand',
    `The image shows ${word.text}. Only radiographs of one left hand are scored.`,
    {
      metadata: {
        kind: word.kind,
        turnedClockwiseDeg: String(turnedClockwiseDeg),
        ...(probability === undefined ? {} : { probability: probability.toFixed(4) }),
      },
    },
  );
}
