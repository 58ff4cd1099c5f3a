/** From deep grey (12 or 16 bit) to 8 bit: the window is the film's own range, but for rare extremes. */

/** Share of pixels beyond each end of the window: lead markers and dead pixels must not set the contrast. */
const CLIPPED_SHARE = 0.001;

export function windowTo8Bit(samples: Uint16Array): Uint8Array {
  const histogram = new Uint32Array(65536);
  for (const sample of samples) histogram[sample]!++;
  const clipped = Math.floor(samples.length * CLIPPED_SHARE);
  const low = quantile(histogram, clipped);
  const high = quantile(histogram, samples.length - 1 - clipped);
  const scale = 255 / Math.max(1, high - low);
  const pixels = new Uint8ClampedArray(samples.length);
  for (let index = 0; index < samples.length; index++) pixels[index] = (samples[index]! - low) * scale;
  return new Uint8Array(pixels.buffer);
}

/** The value of the sample at this rank, from 0. */
function quantile(histogram: Uint32Array, rank: number): number {
  let below = 0;
  for (let value = 0; value < histogram.length; value++) {
    below += histogram[value]!;
    if (below > rank) return value;
  }
  return histogram.length - 1;
}
