/** What goes into the body-part model and what its numbers mean; pure. */
import { type GreyImage, TURNS, type TurnDeg } from '#platform/image/grey-image.ts';
import { letterbox } from '#platform/image/letterbox.ts';
import { BodyPartKind } from '#proto/deepxray/v1/scoring.ts';

export const MODEL = 'body-part';
export const INPUT = 'image';

/** In the order of the output `kind`. */
const KINDS = [
  BodyPartKind.BODY_PART_KIND_LEFT_HAND,
  BodyPartKind.BODY_PART_KIND_RIGHT_HAND,
  BodyPartKind.BODY_PART_KIND_BOTH_HANDS,
  BodyPartKind.BODY_PART_KIND_OTHER,
] as const;

export type Recognised = {
  kind: BodyPartKind;
  /** Of `kind`, 0–1. */
  probability: number;
  turnedClockwise: TurnDeg;
  inverted: boolean;
};

export const prepare = (thumbnail: GreyImage, side: number): GreyImage => letterbox(thumbnail, side);

/**
 * `kind` [4], `turned` [4], `inverted` [1]: probabilities. What no kind reaches `threshold` for is
 * answered as `other`, with the probability that it is no single kind of hand: abstaining is no guess.
 */
export function interpret(
  outputs: { kind: Float32Array; turned: Float32Array; inverted: Float32Array },
  threshold: number,
): Recognised {
  const best = indexOfMax(outputs.kind);
  const kind = outputs.kind[best]! >= threshold ? KINDS[best]! : BodyPartKind.BODY_PART_KIND_OTHER;
  return {
    kind,
    probability: outputs.kind[KINDS.indexOf(kind as (typeof KINDS)[number])]!,
    turnedClockwise: TURNS[indexOfMax(outputs.turned)]!,
    inverted: outputs.inverted[0]! >= 0.5,
  };
}

const indexOfMax = (values: Float32Array): number => values.indexOf(Math.max(...values));
