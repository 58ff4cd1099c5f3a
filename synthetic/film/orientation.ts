/** Mirroring and turning a finished film together with its truth. */
import type { GreyImage, Point, TurnDeg } from '../../platform/image/grey-image.ts';

export function mirrored({ width, height, pixels }: GreyImage): GreyImage {
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[y * width + x] = pixels[y * width + width - 1 - x]!;
  }
  return { width, height, pixels: out };
}

/** The film as it lies after a clockwise turn. */
export function turnedClockwise(film: GreyImage, degrees: TurnDeg): GreyImage {
  if (degrees === 0) return film;
  const { width, height, pixels } = film;
  const [newWidth, newHeight] = degrees === 180 ? [width, height] : [height, width];
  const out = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const to =
        degrees === 90
          ? x * newWidth + (height - 1 - y)
          : degrees === 180
            ? (height - 1 - y) * newWidth + (width - 1 - x)
            : (width - 1 - x) * newWidth + y;
      out[to] = pixels[i]!;
    }
  }
  return { width: newWidth, height: newHeight, pixels: out };
}

/** Where a point of the upright film lies after the turn. */
export function pointTurned({ x, y }: Point, degrees: TurnDeg, width: number, height: number): Point {
  if (degrees === 90) return { x: height - y, y: x };
  if (degrees === 180) return { x: width - x, y: height - y };
  if (degrees === 270) return { x: y, y: width - x };
  return { x, y };
}

/** A direction of the upright film after the turn: a point's turn without the film's size. */
export const directionTurned = (direction: Point, degrees: TurnDeg): Point =>
  pointTurned(direction, degrees, 0, 0);
