/**
 * Who does which step. Where the truth stands in for a step, what is lost without it is that step's
 * loss. Pure.
 */
import { JOINT_NAMES, jointToProto } from '#platform/domain/joints.ts';
import { BodyPartKind as Kind, ScoreOptions } from '#proto/deepxray/v1/scoring.ts';
import { type BodyPartKind, type Film, isLeftHand } from '../dataset/dataset.ts';

/** `plain`: the models do all. */
export const VARIANTS = ['plain', 'true-body-part', 'true-joints', 'true-both'] as const;
export type Variant = (typeof VARIANTS)[number];
export type Replacing = Exclude<Variant, 'plain'>;

const KIND = {
  'left-hand': Kind.BODY_PART_KIND_LEFT_HAND,
  'right-hand': Kind.BODY_PART_KIND_RIGHT_HAND,
  'both-hands': Kind.BODY_PART_KIND_BOTH_HANDS,
  other: Kind.BODY_PART_KIND_OTHER,
} satisfies Record<BodyPartKind, Kind>;

/** With the truth, only left hands say more than without it; the plain run sends every film. */
export const filmsOf = (variant: Variant, films: readonly Film[]): Film[] =>
  films.filter((film) => variant === 'plain' || isLeftHand(film));

/** What is given with a film. */
export function truthGiven(variant: Replacing, film: Film): ScoreOptions {
  const bodyPart = {
    kind: KIND[film.bodyPart],
    turnedClockwiseDeg: film.turnedClockwiseDeg,
    inverted: film.inverted,
  };
  const joints = JOINT_NAMES.flatMap((joint) => {
    const position = film.positions[joint];
    return position && !film.absent.includes(joint) ? [{ joint: jointToProto(joint), ...position }] : [];
  });
  return ScoreOptions.create({
    ...(variant === 'true-joints' ? {} : { bodyPart }),
    ...(variant === 'true-body-part' ? {} : { joints }),
  });
}
