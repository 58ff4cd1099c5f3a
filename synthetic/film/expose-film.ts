/**
 * From thickness to grey: Beer–Lambert attenuation, scatter, blur, quantum noise, and the response of
 * a digital plate as a reader sees it (logarithm, window, edge enhancement). Coefficients are relative
 * to soft tissue at about 55 kV and set so that grey levels match films of adults.
 */

import type { Random } from '../random.ts';
import { boxBlur, gaussianBlur } from './blur.ts';
import type { FilmMap } from './bone-mineral.ts';

export type Exposure = {
  /** Mean quanta per pixel behind nothing; noise shrinks with its root. */
  quanta: number;
  /** Scattered over direct radiation. */
  scatter: number;
  /** Blur of focus and plate, standard deviation, mm. */
  blurMm: number;
  /** Attenuation shown as black and as white. */
  black: number;
  white: number;
  gamma: number;
  enhancement: number;
  /** Fall of the beam from one side of the film to the other (heel effect), and its direction. */
  heel: number;
  heelAngle: number;
};

const SOFT_PER_MM = 0.0215;
const MINERAL_PER_MM = 0.098;

export const randomExposure = (random: Random): Exposure => ({
  quanta: Math.exp(random.uniform(Math.log(5000), Math.log(40000))),
  scatter: random.uniform(0.1, 0.28),
  blurMm: random.uniform(0.13, 0.2),
  black: random.uniform(-0.03, 0.03),
  white: random.uniform(1.45, 1.85),
  gamma: random.uniform(0.68, 0.88),
  enhancement: random.uniform(0.25, 0.6),
  heel: random.uniform(0, 0.1),
  heelAngle: random.uniform(0, 2 * Math.PI),
});

/**
 * @param soft mm of soft tissue  @param mineral mm of solid bone  @param lead extra attenuation: marker, borders
 */
export function exposeFilm(
  soft: FilmMap,
  mineral: FilmMap,
  lead: Float32Array,
  spacingMm: number,
  exposure: Exposure,
  random: Random,
): Uint8Array {
  const { width, height } = soft;
  const size = width * height;
  let beam = new Float32Array(size);
  const [hx, hy] = [
    Math.cos(exposure.heelAngle) * exposure.heel,
    Math.sin(exposure.heelAngle) * exposure.heel,
  ];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const heel = 1 + hx * (x / width - 0.5) + hy * (y / height - 0.5);
      beam[i] =
        heel * Math.exp(-(SOFT_PER_MM * soft.values[i]! + MINERAL_PER_MM * mineral.values[i]! + lead[i]!));
    }
  }
  beam = gaussianBlur(beam, width, height, exposure.blurMm / spacingMm);
  addScatter(beam, width, height, spacingMm, exposure.scatter);
  addQuantumNoise(beam, width, exposure.quanta * (spacingMm / 0.2) ** 2, random);
  for (let i = 0; i < size; i++) beam[i] = -Math.log(Math.max(beam[i]!, 0.002));
  const broad = boxBlur(
    boxBlur(beam, width, height, Math.round(1.6 / spacingMm)),
    width,
    height,
    Math.round(1.6 / spacingMm),
  );
  const pixels = new Uint8Array(size);
  const range = exposure.white - exposure.black;
  for (let i = 0; i < size; i++) {
    const shown = beam[i]! + exposure.enhancement * (beam[i]! - broad[i]!);
    const t = Math.max(0, (shown - exposure.black) / range) ** exposure.gamma;
    // A soft shoulder: the densest bone approaches white instead of clipping.
    const grey = t < 0.75 ? t : 0.75 + 0.25 * Math.tanh((t - 0.75) / 0.25);
    pixels[i] = Math.round(255 * Math.min(1, grey));
  }
  return pixels;
}

/** Radiation scattered in the hand veils its surroundings: a broad blur, reckoned on a coarse grid. */
function addScatter(
  beam: Float32Array,
  width: number,
  height: number,
  spacingMm: number,
  scatter: number,
): void {
  const cell = Math.max(1, Math.round(3 / spacingMm));
  const w = Math.ceil(width / cell);
  const h = Math.ceil(height / cell);
  const sums = new Float32Array(w * h);
  const counts = new Float32Array(w * h);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / cell) * w;
    for (let x = 0; x < width; x++, i++) {
      const at = row + Math.floor(x / cell);
      sums[at]! += beam[i]!;
      counts[at]! += 1;
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= counts[i]!;
  const veil = gaussianBlur(sums, w, h, 3);
  for (let y = 0, i = 0; y < height; y++) {
    const gy = Math.max(0, Math.min(h - 1.001, (y + 0.5) / cell - 0.5));
    const iy = Math.floor(gy);
    const ty = gy - iy;
    const below = Math.min(h - 1, iy + 1) * w;
    for (let x = 0; x < width; x++, i++) {
      const gx = Math.max(0, Math.min(w - 1.001, (x + 0.5) / cell - 0.5));
      const ix = Math.floor(gx);
      const tx = gx - ix;
      const next = Math.min(w - 1, ix + 1);
      const top = veil[iy * w + ix]! * (1 - tx) + veil[iy * w + next]! * tx;
      const bottom = veil[below + ix]! * (1 - tx) + veil[below + next]! * tx;
      beam[i] = (beam[i]! + scatter * (top * (1 - ty) + bottom * ty)) / (1 + scatter);
    }
  }
}

/** Poisson noise as a Gaussian of the same variance, a little correlated along the read-out. */
function addQuantumNoise(beam: Float32Array, width: number, quanta: number, random: Random): void {
  // A table of deviates is as good to the eye as fresh ones, and ten times faster.
  const table = Float32Array.from({ length: 16384 }, () => random.normal(0, 1));
  let state = 1 + random.index(0x7ffffffe);
  let previous = 0;
  for (let i = 0; i < beam.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const fresh = table[(state >>> 8) & 16383]!;
    const noise = i % width === 0 ? fresh : 0.9 * fresh + 0.43 * previous;
    previous = fresh;
    beam[i]! += noise * Math.sqrt(Math.max(0, beam[i]!) / quanta);
  }
}
