/** For every pixel of a window: how deep it lies inside an outline, and which outline point is nearest. */

export type DistanceField = {
  width: number;
  height: number;
  /** Pixels from the outline, positive inside. */
  depth: Float32Array;
  /** Index of the nearest outline point. */
  nearest: Int32Array;
};

/**
 * Nearest points spread from pixel to pixel (two sweeps, as in Danielsson's distance transform), then
 * the distance to the outline's segments is taken exactly: edges stay finer than a pixel.
 * @param x, y outline points in pixels of the window; a pixel's centre lies at its index + 0.5.
 */
export function distanceField(
  x: Float32Array,
  y: Float32Array,
  width: number,
  height: number,
): DistanceField {
  const nearest = new Int32Array(width * height).fill(-1);
  const squared = new Float32Array(width * height).fill(1e12);
  const offer = (px: number, py: number, i: number) => {
    if (px < 0 || py < 0 || px >= width || py >= height) return;
    const at = py * width + px;
    const d = (x[i]! - px - 0.5) ** 2 + (y[i]! - py - 0.5) ** 2;
    if (d < squared[at]!) {
      squared[at] = d;
      nearest[at] = i;
    }
  };
  for (let i = 0; i < x.length; i++) offer(Math.floor(x[i]!), Math.floor(y[i]!), i);

  const from = (px: number, py: number, at: number, neighbour: number) => {
    const i = nearest[neighbour]!;
    if (i < 0) return;
    const d = (x[i]! - px - 0.5) ** 2 + (y[i]! - py - 0.5) ** 2;
    if (d < squared[at]!) {
      squared[at] = d;
      nearest[at] = i;
    }
  };
  for (let round = 0; round < 2; round++) {
    for (let py = 0; py < height; py++) {
      const row = py * width;
      for (let px = 0; px < width; px++) {
        const at = row + px;
        if (px > 0) from(px, py, at, at - 1);
        if (py > 0) {
          from(px, py, at, at - width);
          if (px > 0) from(px, py, at, at - width - 1);
          if (px < width - 1) from(px, py, at, at - width + 1);
        }
      }
    }
    for (let py = height - 1; py >= 0; py--) {
      const row = py * width;
      for (let px = width - 1; px >= 0; px--) {
        const at = row + px;
        if (px < width - 1) from(px, py, at, at + 1);
        if (py < height - 1) {
          from(px, py, at, at + width);
          if (px > 0) from(px, py, at, at + width - 1);
          if (px < width - 1) from(px, py, at, at + width + 1);
        }
      }
    }
  }
  const inside = insideMask(x, y, width, height);
  const depth = new Float32Array(width * height);
  for (let py = 0, at = 0; py < height; py++) {
    for (let px = 0; px < width; px++, at++) {
      const d = segmentDistance(x, y, nearest[at]!, px + 0.5, py + 0.5);
      depth[at] = inside[at] ? d : -d;
    }
  }
  return { width, height, depth, nearest };
}

/** Distance to the two segments that meet at outline point `i`. */
function segmentDistance(x: Float32Array, y: Float32Array, i: number, px: number, py: number): number {
  const n = x.length;
  if (i < 0) return 1e6;
  let best = 1e12;
  for (let side = 0; side < 2; side++) {
    const a = side === 0 ? (i + n - 1) % n : i;
    const b = (a + 1) % n;
    const dx = x[b]! - x[a]!;
    const dy = y[b]! - y[a]!;
    const length = dx * dx + dy * dy;
    const t = length > 0 ? Math.max(0, Math.min(1, ((px - x[a]!) * dx + (py - y[a]!) * dy) / length)) : 0;
    const d = (x[a]! + t * dx - px) ** 2 + (y[a]! + t * dy - py) ** 2;
    if (d < best) best = d;
  }
  return Math.sqrt(best);
}

/** Even-odd fill at pixel centres. */
function insideMask(x: Float32Array, y: Float32Array, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n;
    const [top, bottom] = y[i]! < y[j]! ? [i, j] : [j, i];
    const first = Math.max(0, Math.ceil(y[top]! - 0.5));
    const last = Math.min(height - 1, Math.ceil(y[bottom]! - 0.5) - 1);
    for (let row = first; row <= last; row++) {
      const t = (row + 0.5 - y[top]!) / (y[bottom]! - y[top]!);
      const column = Math.max(0, Math.ceil(x[top]! + t * (x[bottom]! - x[top]!) - 0.5));
      if (column < width) mask[row * width + column]! ^= 1;
    }
  }
  for (let row = 0; row < height; row++) {
    let inside = 0;
    for (let at = row * width, end = at + width; at < end; at++) {
      inside ^= mask[at]!;
      mask[at] = inside;
    }
  }
  return mask;
}
