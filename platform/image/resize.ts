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
  // Down first: whole rows are added up in their own order, and only the few that are left are scaled across.
  const row = new Float32Array(image.width);
  for (let y = 0; y < height; y++) {
    addUpRows(image, down, y, row);
    scaleRow(row, across, pixels, y * width);
  }
  return { width, height, pixels };
}

/** How many rows are read at once: a sum is loaded and stored once for all of them. */
const ROWS = 4;

function addUpRows({ pixels, width }: GreyImage, down: Taps, y: number, into: Float32Array): void {
  into.fill(0);
  const end = down.count[y]!;
  const weightsFrom = y * down.widest;
  let tap = 0;
  for (; tap + ROWS <= end; tap += ROWS) {
    const weight = weightsFrom + tap;
    const [w0, w1, w2, w3] = [
      down.weights[weight]!,
      down.weights[weight + 1]!,
      down.weights[weight + 2]!,
      down.weights[weight + 3]!,
    ];
    const row0 = (down.first[y]! + tap) * width;
    const [row1, row2, row3] = [row0 + width, row0 + 2 * width, row0 + 3 * width];
    for (let x = 0; x < width; x++) {
      into[x] =
        into[x]! +
        w0 * pixels[row0 + x]! +
        w1 * pixels[row1 + x]! +
        w2 * pixels[row2 + x]! +
        w3 * pixels[row3 + x]!;
    }
  }
  for (; tap < end; tap++) {
    const weight = down.weights[weightsFrom + tap]!;
    const row = (down.first[y]! + tap) * width;
    for (let x = 0; x < width; x++) into[x] = into[x]! + weight * pixels[row + x]!;
  }
}

function scaleRow(row: Float32Array, across: Taps, pixels: Uint8Array, start: number): void {
  const width = across.first.length;
  for (let x = 0; x < width; x++) {
    let sum = 0.5;
    const from = across.first[x]!;
    const weightsFrom = x * across.widest;
    const count = across.count[x]!;
    for (let tap = 0; tap < count; tap++) sum += across.weights[weightsFrom + tap]! * row[from + tap]!;
    pixels[start + x] = sum;
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
