/** What goes into the coarse joint localisation and what its numbers mean; pure. */
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import type { GreyImage, Point, TurnDeg } from '#platform/image/grey-image.ts';
import { letterbox, letterboxScale, letterboxToFilm } from '#platform/image/letterbox.ts';
import { directionAsItLies, fractionAsItLies, setUpright } from '#platform/image/turn.ts';

export const MODEL = 'joint-localisation';
export const INPUT = 'image';

/** A joint on the film as it lies, in its pixels. */
export type Located = {
  joint: JointName;
  centre: Point;
  /** Unit vector towards the finger's tip. */
  axis: Point;
  /** Mean distance MCP–PIP of fingers 2–5. */
  handScale: number;
  /** 0–1. */
  confidence: number;
};

/** The whole film, upright, in the network's square. */
export const prepare = (film: GreyImage, turned: TurnDeg, side: number): GreyImage =>
  setUpright(letterbox(film, side), turned);

/** `position` [10, 2] fractions, `axis` [10, 2], `scale` [10] of the side, `confidence` [10]. */
export function interpret(
  outputs: { position: Float32Array; axis: Float32Array; scale: Float32Array; confidence: Float32Array },
  film: { width: number; height: number },
  turned: TurnDeg,
  side: number,
): Located[] {
  const pair = (values: Float32Array, index: number): Point => ({
    x: values[2 * index]!,
    y: values[2 * index + 1]!,
  });
  return JOINT_NAMES.map((joint, index) => ({
    joint,
    centre: letterboxToFilm(film, side, fractionAsItLies(pair(outputs.position, index), turned)),
    axis: directionAsItLies(pair(outputs.axis, index), turned),
    handScale: outputs.scale[index]! * side * letterboxScale(film, side),
    confidence: outputs.confidence[index]!,
  }));
}
