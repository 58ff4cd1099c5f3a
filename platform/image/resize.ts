/** Scaling by area average where an image shrinks, bilinear where it grows: what the networks were trained on. */
import type { GreyImage } from './grey-image.ts';

/** One output sample as a weighted run of input samples. */
type Taps = { first: Int32Array; count: Int32Array; weights: Float32Array; widest: number };

export function resize(image: GreyImage, width: number, height: number): GreyImage {
  if (width === image.width && height === image.height) return image;
  const shrinks = Math.max(image.width, image.height) > Math.max(width, height);
  const taps = shrinks ? areaTaps : bilinearTaps;
  const across = taps(image.width, width);
  const down = taps(image.height, height);
  const pixels = new Uint8Array(width * height);
  const row = new Float32Array(width);
  const sums = new Float32Array(width);
  // Rows are shared by neighbours only at a shrunk row's edges (and when growing): one is remembered.
  let rowIndex = -1;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let tap = 0; tap < down.count[y]!; tap++) {
      const source = down.first[y]! + tap;
      if (source !== rowIndex) {
        scaleRow(image, source, across, row);
        rowIndex = source;
      }
      const weight = down.weights[y * down.widest + tap]!;
      for (let x = 0; x < width; x++) sums[x]! += weight * row[x]!;
    }
    const start = y * width;
    for (let x = 0; x < width; x++) pixels[start + x] = sums[x]! + 0.5;
  }
  return { width, height, pixels };
}

function scaleRow({ pixels, width }: GreyImage, y: number, across: Taps, into: Float32Array): void {
  const start = y * width;
  for (let x = 0; x < into.length; x++) {
    let sum = 0;
    const from = start + across.first[x]!;
    const weightsFrom = x * across.widest;
    const count = across.count[x]!;
    for (let tap = 0; tap < count; tap++) sum += across.weights[weightsFrom + tap]! * pixels[from + tap]!;
    into[x] = sum;
  }
}

/** Each output sample is the mean of the input that it covers, parts of samples by their share. */
function areaTaps(from: number, to: number): Taps {
  const scale = from / to;
  const taps = emptyTaps(to, Math.ceil(scale) + 1);
  for (let index = 0; index < to; index++) {
    const begin = index * scale;
    const end = Math.min(from, begin + scale);
    const first = Math.floor(begin);
    const count = Math.min(from, Math.ceil(end - 1e-9)) - first;
    taps.first[index] = first;
    taps.count[index] = count;
    for (let tap = 0; tap < count; tap++) {
      const covered = Math.min(end, first + tap + 1) - Math.max(begin, first + tap);
      taps.weights[index * taps.widest + tap] = covered / scale;
    }
  }
  return taps;
}

function bilinearTaps(from: number, to: number): Taps {
  const scale = from / to;
  const taps = emptyTaps(to, 2);
  for (let index = 0; index < to; index++) {
    const centre = Math.min(from - 1, Math.max(0, (index + 0.5) * scale - 0.5));
    const first = Math.min(Math.floor(centre), Math.max(0, from - 2));
    const share = centre - first;
    taps.first[index] = first;
    taps.count[index] = from === 1 ? 1 : 2;
    taps.weights[index * 2] = from === 1 ? 1 : 1 - share;
    taps.weights[index * 2 + 1] = share;
  }
  return taps;
}

const emptyTaps = (to: number, widest: number): Taps => ({
  first: new Int32Array(to),
  count: new Int32Array(to),
  weights: new Float32Array(to * widest),
  widest,
});
