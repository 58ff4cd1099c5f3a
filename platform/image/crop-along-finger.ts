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
  for (let y = 0; y < outSide; y++) {
    sums.fill(0);
    for (let sub = 0; sub < perPixel; sub++) {
      const row = y * perPixel + sub;
      // Minus a half: from points to the indices of the pixels whose centres they are.
      let filmX = origin.x + row * downX - 0.5;
      let filmY = origin.y + row * downY - 0.5;
      for (let x = 0; x < outSide; x++) {
        for (let each = 0; each < perPixel; each++) {
          sums[x]! += bilinear(film, filmX, filmY);
          filmX += acrossX;
          filmY += acrossY;
        }
      }
    }
    for (let x = 0; x < outSide; x++) pixels[y * outSide + x] = sums[x]! * share + 0.5;
  }
  return { width: outSide, height: outSide, pixels };
}

function bilinear({ pixels, width, height }: GreyImage, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= width || top >= height) return 0;
  const [rightShare, lowerShare] = [x - left, y - top];
  const at = top * width + left;
  if (left >= 0 && top >= 0 && left < width - 1 && top < height - 1) {
    const upper = pixels[at]! + (pixels[at + 1]! - pixels[at]!) * rightShare;
    const lower = pixels[at + width]! + (pixels[at + width + 1]! - pixels[at + width]!) * rightShare;
    return upper + (lower - upper) * lowerShare;
  }
  const pixel = (column: number, row: number) =>
    column >= 0 && row >= 0 && column < width && row < height ? pixels[row * width + column]! : 0;
  const upper = pixel(left, top) * (1 - rightShare) + pixel(left + 1, top) * rightShare;
  const lower = pixel(left, top + 1) * (1 - rightShare) + pixel(left + 1, top + 1) * rightShare;
  return upper * (1 - lowerShare) + lower * lowerShare;
}
