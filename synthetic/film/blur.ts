/** Blurs of maps of floats. */

/** Edges repeat outwards. @param sigma in pixels */
export function gaussianBlur(
  values: Float32Array,
  width: number,
  height: number,
  sigma: number,
): Float32Array<ArrayBuffer> {
  const radius = Math.max(1, Math.ceil(2.6 * sigma));
  const kernel = Float32Array.from({ length: radius + 1 }, (_, k) =>
    Math.exp(-(k * k) / (2 * sigma * sigma)),
  );
  let total = kernel[0]!;
  for (let k = 1; k <= radius; k++) total += 2 * kernel[k]!;
  for (let k = 0; k <= radius; k++) kernel[k]! /= total;
  const across = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      let sum = values[row + x]! * kernel[0]!;
      for (let k = 1; k <= radius; k++) {
        const left = Math.max(x - k, 0);
        const right = x + k >= width ? width - 1 : x + k;
        sum += kernel[k]! * (values[row + left]! + values[row + right]!);
      }
      across[row + x] = sum;
    }
  }
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) out[row + x] = across[row + x]! * kernel[0]!;
    for (let k = 1; k <= radius; k++) {
      const up = Math.max(0, y - k) * width;
      const down = Math.min(height - 1, y + k) * width;
      const weight = kernel[k]!;
      for (let x = 0; x < width; x++) out[row + x]! += weight * (across[up + x]! + across[down + x]!);
    }
  }
  return out;
}

/** Mean over a square window, in time independent of its size. */
export function boxBlur(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const across = new Float32Array(values.length);
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += values[row + Math.max(0, Math.min(width - 1, k))]!;
    for (let x = 0; x < width; x++) {
      across[row + x] = sum * share;
      sum += values[row + Math.min(width - 1, x + radius + 1)]! - values[row + Math.max(0, x - radius)]!;
    }
  }
  const out = new Float32Array(values.length);
  const sums = new Float64Array(width);
  for (let k = -radius; k <= radius; k++) {
    const row = Math.max(0, Math.min(height - 1, k)) * width;
    for (let x = 0; x < width; x++) sums[x]! += across[row + x]!;
  }
  for (let y = 0; y < height; y++) {
    const add = Math.min(height - 1, y + radius + 1) * width;
    const drop = Math.max(0, y - radius) * width;
    for (let x = 0; x < width; x++) {
      out[y * width + x] = sums[x]! * share;
      sums[x]! += across[add + x]! - across[drop + x]!;
    }
  }
  return out;
}
