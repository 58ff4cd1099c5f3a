/** Textures of chance: smooth noise for borders and tissue, filtered noise for trabeculae. */
import type { Random } from '../random.ts';

/** A square texture that repeats without a seam. */
export type Texture = { side: number; values: Float32Array };

/** White noise, unit variance. */
function whiteNoise(side: number, random: Random): Float32Array {
  const values = new Float32Array(side * side);
  for (let i = 0; i < values.length; i++) values[i] = random.normal(0, 1);
  return values;
}

/** Gaussian blur along rows (stride 1) or columns (stride = side), wrapping round. */
function blurAlong(values: Float32Array, side: number, sigma: number, columns: boolean): Float32Array {
  if (sigma <= 0) return values;
  const radius = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, w) => sum + w, 0);
  const out = new Float32Array(values.length);
  const [along, across] = columns ? [side, 1] : [1, side];
  for (let line = 0; line < side; line++) {
    for (let i = 0; i < side; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        sum += kernel[k + radius]! * values[line * across + ((i + k + side * 8) % side) * along]!;
      }
      out[line * across + i * along] = sum / total;
    }
  }
  return out;
}

const blur = (values: Float32Array, side: number, sigmaX: number, sigmaY: number) =>
  blurAlong(blurAlong(values, side, sigmaX, false), side, sigmaY, true);

/** Zero mean, unit variance. */
function normalised(values: Float32Array): Float32Array {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(Math.max(1e-12, squares / values.length - mean * mean));
  return values.map((value) => (value - mean) / deviation);
}

/** Smooth noise of one grain, in texels. */
export const smoothNoise = (side: number, sigma: number, random: Random): Texture => ({
  side,
  values: normalised(blur(whiteNoise(side, random), side, sigma, sigma)),
});

/**
 * Band-passed noise. Unequal sigmas make strands: grain `fine` across, `fine * stretch` along y.
 * With `network`, bright lines enclose dark cells, as trabeculae seen end on.
 */
export function bandNoise(
  side: number,
  { fine, coarse, stretch, network }: { fine: number; coarse: number; stretch: number; network: boolean },
  random: Random,
): Texture {
  const white = whiteNoise(side, random);
  const small = blur(white, side, fine, fine * stretch);
  const large = blur(white, side, coarse, coarse * stretch);
  const band = normalised(small.map((value, i) => value - large[i]!));
  return { side, values: network ? normalised(band.map((value) => -Math.min(1.3, Math.abs(value)))) : band };
}

/** Bilinear look-up that wraps round; x and y in texels. */
export function sample({ side, values }: Texture, x: number, y: number): number {
  const fx = Math.floor(x);
  const fy = Math.floor(y);
  const tx = x - fx;
  const ty = y - fy;
  const x0 = ((fx % side) + side) % side;
  const y0 = ((fy % side) + side) % side;
  const x1 = x0 + 1 === side ? 0 : x0 + 1;
  const y1 = y0 + 1 === side ? 0 : y0 + 1;
  const top = values[y0 * side + x0]! * (1 - tx) + values[y0 * side + x1]! * tx;
  const bottom = values[y1 * side + x0]! * (1 - tx) + values[y1 * side + x1]! * tx;
  return top * (1 - ty) + bottom * ty;
}
