/** The whole film in a square: longer side to the frame, centred, padded with 0. As `training/…/frames.py` has it. */
import type { GreyImage, Point } from './grey-image.ts';
import { resize } from './resize.ts';

type Geometry = { left: number; top: number; width: number; height: number };

const geometry = ({ width, height }: { width: number; height: number }, side: number): Geometry => {
  const scale = side / Math.max(width, height);
  const inner = (length: number) => Math.min(side, Math.max(1, Math.floor(length * scale + 0.5)));
  const [innerWidth, innerHeight] = [inner(width), inner(height)];
  return {
    left: Math.floor((side - innerWidth) / 2),
    top: Math.floor((side - innerHeight) / 2),
    width: innerWidth,
    height: innerHeight,
  };
};

/** The whole image, its longer side `side` pixels: the letterbox without its bars. */
export function fitToSquare(image: GreyImage, side: number): GreyImage {
  const { width, height } = geometry(image, side);
  return resize(image, width, height);
}

export function letterbox(image: GreyImage, side: number): GreyImage {
  const { left, top } = geometry(image, side);
  const { width, height, pixels: inner } = fitToSquare(image, side);
  const pixels = new Uint8Array(side * side);
  for (let y = 0; y < height; y++) {
    pixels.set(inner.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  }
  return { width: side, height: side, pixels };
}

/** From a fraction of the letterbox to a point of the film, in its pixels. */
export function letterboxToFilm(
  film: { width: number; height: number },
  side: number,
  fraction: Point,
): Point {
  const { left, top, width, height } = geometry(film, side);
  return {
    x: ((fraction.x * side - left) * film.width) / width,
    y: ((fraction.y * side - top) * film.height) / height,
  };
}

/** Pixels of the film in a pixel of its letterbox, the same both ways but for rounding. */
export const letterboxScale = (film: { width: number; height: number }, side: number): number =>
  Math.max(film.width, film.height) / side;
