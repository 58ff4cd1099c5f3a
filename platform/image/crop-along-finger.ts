/** A square of the film around a joint, turned so that the finger points up. As `training/…/frames.py` has it. */
import { type GreyImage, type Point, unit } from './grey-image.ts';

/** `side` is the square's side in pixels of the film; `axis` the finger's direction towards its tip. */
export type CropFrame = { centre: Point; axis: Point; side: number };

/** From a fraction of the crop to a point of the film. */
export function cropToFilm({ centre, axis, side }: CropFrame, fraction: Point): Point {
  const up = unit(axis);
  const right = { x: -up.y, y: up.x };
  const [across, down] = [(fraction.x - 0.5) * side, (fraction.y - 0.5) * side];
  return {
    x: centre.x + right.x * across - up.x * down,
    y: centre.y + right.y * across - up.y * down,
  };
}

/** From a direction within the crop to one on the film. */
export function cropDirectionToFilm({ axis }: CropFrame, direction: Point): Point {
  const up = unit(axis);
  return unit({ x: -up.y * direction.x - up.x * direction.y, y: up.x * direction.x - up.y * direction.y });
}

const MAX_OVERSAMPLING = 16;

/**
 * `outSide` × `outSide` pixels; 0 beyond the film's edge. Where the crop shrinks the film, each pixel
 * is the mean over a grid of bilinear samples at most one film pixel apart: without it fine
 * trabeculae turn into moiré.
 */
export function cropAlongFinger(film: GreyImage, frame: CropFrame, outSide: number): GreyImage {
  const perPixel = Math.max(1, Math.min(MAX_OVERSAMPLING, Math.ceil(frame.side / outSide)));
  const samples = outSide * perPixel;
  const origin = cropToFilm(frame, { x: 0.5 / samples, y: 0.5 / samples });
  const up = unit(frame.axis);
  const step = frame.side / samples;
  const [acrossX, acrossY] = [-up.y * step, up.x * step];
  const [downX, downY] = [-up.x * step, -up.y * step];
  const sums = new Float32Array(outSide);
  const pixels = new Uint8Array(outSide * outSide);
  const share = 1 / (perPixel * perPixel);
  // Minus a half: from points to the indices of the pixels whose centres they are.
  const firstX = origin.x - 0.5;
  const firstY = origin.y - 0.5;
  const span = samples - 1;
  const isInside =
    isWithin(
      film.width,
      firstX,
      firstX + span * acrossX,
      firstX + span * downX,
      firstX + span * (acrossX + downX),
    ) &&
    isWithin(
      film.height,
      firstY,
      firstY + span * acrossY,
      firstY + span * downY,
      firstY + span * (acrossY + downY),
    );
  const addRow = isInside ? addRowInside : addRowAnywhere;
  for (let y = 0; y < outSide; y++) {
    sums.fill(0);
    for (let sub = 0; sub < perPixel; sub++) {
      const row = y * perPixel + sub;
      addRow(film, sums, perPixel, firstX + row * downX, firstY + row * downY, acrossX, acrossY);
    }
    for (let x = 0; x < outSide; x++) pixels[y * outSide + x] = sums[x]! * share + 0.5;
  }
  return { width: outSide, height: outSide, pixels };
}

/** What adding up along a row may be off by, in pixels. */
const ROUNDING = 1e-3;

/** Whether each of these has both its neighbours on the film: then all between them have, too. */
const isWithin = (length: number, ...corners: number[]): boolean =>
  Math.min(...corners) >= ROUNDING && Math.max(...corners) < length - 1 - ROUNDING;

/** Adds to each of `sums` the samples of one row, from (x, y) on, `perPixel` to each. */
type AddRow = (
  film: GreyImage,
  sums: Float32Array,
  perPixel: number,
  x: number,
  y: number,
  acrossX: number,
  acrossY: number,
) => void;

/**
 * The hot loop of the whole extraction: no calls, nothing allocated, no edges to look out for. Coordinates are cut to
 * integers by `| 0`: `Math.trunc` would leave the index a floating-point number, at four times the cost.
 */
const addRowInside: AddRow = ({ pixels, width }, sums, perPixel, x, y, acrossX, acrossY) => {
  for (let index = 0; index < sums.length; index++) {
    let sum = 0;
    for (let each = 0; each < perPixel; each++) {
      const left = x | 0;
      const top = y | 0;
      const rightShare = x - left;
      const at = (Math.imul(top, width) + left) | 0;
      const upperLeft = pixels[at]!;
      const lowerLeft = pixels[at + width]!;
      const upper = upperLeft + (pixels[at + 1]! - upperLeft) * rightShare;
      const lower = lowerLeft + (pixels[at + width + 1]! - lowerLeft) * rightShare;
      sum += upper + (lower - upper) * (y - top);
      x += acrossX;
      y += acrossY;
    }
    sums[index]! += sum;
  }
};

const addRowAnywhere: AddRow = (film, sums, perPixel, x, y, acrossX, acrossY) => {
  for (let index = 0; index < sums.length; index++) {
    for (let each = 0; each < perPixel; each++) {
      sums[index]! += bilinear(film, x, y);
      x += acrossX;
      y += acrossY;
    }
  }
};

/** 0 beyond the film's edge. */
function bilinear({ pixels, width, height }: GreyImage, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= width || top >= height) return 0;
  const rightShare = x - left;
  const lowerShare = y - top;
  const pixel = (column: number, row: number) =>
    column >= 0 && row >= 0 && column < width && row < height ? pixels[row * width + column]! : 0;
  const upperLeft = pixel(left, top);
  const lowerLeft = pixel(left, top + 1);
  const upper = upperLeft + (pixel(left + 1, top) - upperLeft) * rightShare;
  const lower = lowerLeft + (pixel(left + 1, top + 1) - lowerLeft) * rightShare;
  return upper + (lower - upper) * lowerShare;
}
