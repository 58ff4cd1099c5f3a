/** Closed outlines of bones: smooth curves through a few anatomical points, sampled densely. */

export type XY = readonly [number, number];

/** Points written as text, `'x y, x y, …'`: an outline stays readable as one line. */
export const points = (text: string): XY[] =>
  text.split(',').map((pair) => {
    const [x, y] = pair.trim().split(' ').map(Number);
    return [x!, y!] as const;
  });

/** Sampled outline; consecutive points lie about `STEP_MM` apart, the last joins the first. */
export type Outline = { x: Float32Array; y: Float32Array; count: number };

export const STEP_MM = 0.15;

/** A closed centripetal-like Catmull–Rom spline through the points, resampled at an even step. */
export function smoothOutline(points: readonly XY[]): Outline {
  const n = points.length;
  const fineX: number[] = [];
  const fineY: number[] = [];
  for (let i = 0; i < n; i++) {
    const [a, b, c, d] = [points[(i + n - 1) % n]!, points[i]!, points[(i + 1) % n]!, points[(i + 2) % n]!];
    const span = Math.hypot(c[0] - b[0], c[1] - b[1]);
    const steps = Math.max(2, Math.ceil(span / (STEP_MM / 2)));
    // Tangents scaled by the spans on either side: no loops where points lie unevenly close.
    const before = Math.max(1e-6, Math.hypot(b[0] - a[0], b[1] - a[1]));
    const after = Math.max(1e-6, Math.hypot(d[0] - c[0], d[1] - c[1]));
    const t1 = tangent(a, b, c, before, span);
    const t2 = tangent(b, c, d, span, after);
    for (let k = 0; k < steps; k++) {
      const t = k / steps;
      const h1 = (1 + 2 * t) * (1 - t) ** 2;
      const h2 = t * (1 - t) ** 2 * span;
      const h3 = t * t * (3 - 2 * t);
      const h4 = t * t * (t - 1) * span;
      fineX.push(h1 * b[0] + h2 * t1[0] + h3 * c[0] + h4 * t2[0]);
      fineY.push(h1 * b[1] + h2 * t1[1] + h3 * c[1] + h4 * t2[1]);
    }
  }
  return resample(fineX, fineY);
}

function tangent(a: XY, b: XY, c: XY, before: number, after: number): XY {
  const weight = after / (before + after);
  const component = (k: 0 | 1) => ((b[k] - a[k]) / before) * weight + ((c[k] - b[k]) / after) * (1 - weight);
  return [component(0), component(1)];
}

function resample(fineX: number[], fineY: number[]): Outline {
  const n = fineX.length;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n;
    total += Math.hypot(fineX[j]! - fineX[i]!, fineY[j]! - fineY[i]!);
  }
  const count = Math.max(12, Math.round(total / STEP_MM));
  const step = total / count;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  let done = 0;
  let walked = 0;
  for (let i = 0; i < n && done < count; i++) {
    const j = (i + 1) % n;
    const length = Math.hypot(fineX[j]! - fineX[i]!, fineY[j]! - fineY[i]!);
    while (done < count && done * step <= walked + length) {
      const t = length > 0 ? (done * step - walked) / length : 0;
      x[done] = fineX[i]! + t * (fineX[j]! - fineX[i]!);
      y[done] = fineY[i]! + t * (fineY[j]! - fineY[i]!);
      done++;
    }
    walked += length;
  }
  return { x, y, count };
}

/** A property along the outline, smoothed over `widthMm`: no streaks where it would jump. */
export function smoothAlong(values: Float32Array, widthMm: number): Float32Array {
  const n = values.length;
  const radius = Math.max(1, Math.round(widthMm / STEP_MM / 2));
  let current = values;
  for (let pass = 0; pass < 2; pass++) {
    const out = new Float32Array(n);
    let sum = 0;
    for (let k = -radius; k <= radius; k++) sum += current[(k + n * 2) % n]!;
    for (let i = 0; i < n; i++) {
      out[i] = sum / (2 * radius + 1);
      sum += current[(i + radius + 1) % n]! - current[(i - radius + n * 2) % n]!;
    }
    current = out;
  }
  return current;
}
