/** What goes into the refinement of one joint's position and what its numbers mean; pure. */
import { REFINEMENT_SIDE_IN_HAND_SCALES } from '#platform/domain/crop-frame.ts';
import {
  type CropFrame,
  cropAlongFinger,
  cropDirectionToFilm,
  cropToFilm,
} from '#platform/image/crop-along-finger.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import type { Located } from './localisation-model.ts';

export const MODEL = 'joint-refinement';
export const INPUT = 'image';

const frameAround = ({ centre, axis, handScale }: Located): CropFrame => ({
  centre,
  axis,
  side: REFINEMENT_SIDE_IN_HAND_SCALES * handScale,
});

export const prepare = (film: GreyImage, coarse: Located, side: number): GreyImage =>
  cropAlongFinger(film, frameAround(coarse), side);

/** `position` [2] fractions, `axis` [2], `scale` [1] of the side, `confidence` [1]. */
export function interpret(
  outputs: { position: Float32Array; axis: Float32Array; scale: Float32Array; confidence: Float32Array },
  coarse: Located,
): Located {
  const frame = frameAround(coarse);
  return {
    joint: coarse.joint,
    centre: cropToFilm(frame, { x: outputs.position[0]!, y: outputs.position[1]! }),
    axis: cropDirectionToFilm(frame, { x: outputs.axis[0]!, y: outputs.axis[1]! }),
    // The coarse scale is the whole hand's and steadier than one joint's view of it.
    handScale: coarse.handScale,
    confidence: outputs.confidence[0]!,
  };
}
