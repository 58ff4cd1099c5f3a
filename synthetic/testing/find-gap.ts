/** Finds a joint on the film as an eye does: the dark gap between two bright bones. */
import type { GreyImage, Point } from '../../platform/image/grey-image.ts';

export type Gap = {
  /** From the point that was asked, along the finger, mm: positive towards the fingertip. */
  offsetMm: number;
  /** Grey levels by which the gap is darker than the bone before and behind it. */
  darkerThanProximal: number;
  darkerThanDistal: number;
};

const REACH_MM = 4;
const STEP_MM = 0.1;
/** Across the finger, so that neither a trabecula nor noise passes for a gap. */
const HALF_WIDTH_MM = 1.2;

/** @param axis unit vector along the finger */
export function findGap(film: GreyImage, { x, y, axis }: Point & { axis: Point }, spacingMm: number): Gap {
  const steps = Math.round(REACH_MM / STEP_MM);
  const across = Math.round(HALF_WIDTH_MM / STEP_MM);
  const profile = Array.from({ length: 2 * steps + 1 }, (_, i) => {
    const along = ((i - steps) * STEP_MM) / spacingMm;
    let sum = 0;
    for (let k = -across; k <= across; k++) {
      const aside = (k * STEP_MM) / spacingMm;
      sum += greyAt(film, x + along * axis.x - aside * axis.y, y + along * axis.y + aside * axis.x);
    }
    return sum / (2 * across + 1);
  });
  // Half the reach: beyond, the shaft's medulla may be darker than the gap.
  const near = profile.slice(steps / 2, (3 * steps) / 2 + 1);
  const darkest = Math.min(...near);
  const at = steps / 2 + near.indexOf(darkest);
  return {
    offsetMm: (at - steps) * STEP_MM,
    darkerThanProximal: Math.max(...profile.slice(0, at + 1)) - darkest,
    darkerThanDistal: Math.max(...profile.slice(at)) - darkest,
  };
}

/** Between the centres of four pixels. */
export function greyAt({ width, height, pixels }: GreyImage, x: number, y: number): number {
  const column = Math.max(0, Math.min(width - 1.001, x - 0.5));
  const row = Math.max(0, Math.min(height - 1.001, y - 0.5));
  const i = Math.floor(row) * width + Math.floor(column);
  const [tx, ty] = [column % 1, row % 1];
  const top = pixels[i]! * (1 - tx) + pixels[i + 1]! * tx;
  const bottom = pixels[i + width]! * (1 - tx) + pixels[i + width + 1]! * tx;
  return top * (1 - ty) + bottom * ty;
}
