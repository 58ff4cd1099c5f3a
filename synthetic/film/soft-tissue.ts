/**
 * Soft tissue: how thick the hand is along the beam. Fingers, palm, webs and forearm are chains of
 * tapered capsules; each gives the square of its half-thickness, and a smooth maximum joins them, so
 * that skin folds form where fingers leave the palm. Squares are kept because they fall to zero in a
 * straight line at the skin: a coarse grid still gives a sharp edge.
 */
import type { Point } from '../../platform/image/grey-image.ts';
import type { Hand, RayLine } from '../anatomy.ts';
import { gaussianBlur } from './blur.ts';

/** A point with the half-width of the tissue around it, mm. */
type Stop = Point & { r: number };
export type Chain = { stops: Stop[] /** thickness over width */; ratio: number };

const between = (a: Point, b: Point, t: number): Point => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
});
const beyond = (a: Point, b: Point, mm: number): Point =>
  between(a, b, 1 + mm / Math.max(1e-6, Math.hypot(b.x - a.x, b.y - a.y)));
const stop = (p: Point, r: number): Stop => ({ x: p.x, y: p.y, r });

const FINGER_SCALE = [0, 1.14, 0.98, 1, 0.95, 0.83];

/** Half-widths (mm): at the finger's base, mid proximal phalanx, PIP, mid middle phalanx, DIP, tip. */
function fingerChain({ ray, mcp, points }: RayLine, plump: number): Chain {
  const s = FINGER_SCALE[ray]! * plump;
  if (ray === 1) {
    const [ip, tip] = points as [Point, Point];
    return {
      ratio: 0.95,
      stops: [
        stop(mcp, 10 * s),
        stop(between(mcp, ip, 0.5), 9.2 * s),
        stop(ip, 9.2 * s),
        stop(between(ip, tip, 0.45), 8.7 * s),
        stop(beyond(ip, tip, -2.2), 7 * s),
      ],
    };
  }
  const [pip, dip, tip] = points as [Point, Point, Point];
  return {
    ratio: 0.95,
    stops: [
      stop(between(mcp, pip, 0.1), 9.8 * s),
      stop(between(mcp, pip, 0.55), 9.3 * s),
      stop(pip, 9.7 * s),
      stop(between(pip, dip, 0.5), 8.5 * s),
      stop(dip, 8.5 * s),
      stop(between(dip, tip, 0.5), 8 * s),
      stop(beyond(dip, tip, -2.6), 7 * s),
    ],
  };
}

/** The palm: over each metacarpal, between them, the balls of thumb and little finger, the webs, the forearm. */
function palmChains({ rays, forearmLeanDeg }: Hand, plump: number): Chain[] {
  const chains: Chain[] = [];
  for (const ray of rays) {
    const from = between(ray.base, ray.mcp, 0.1);
    const end = ray.amputated ? between(ray.base, ray.mcp, 0.55) : ray.mcp;
    const thumb = ray.ray === 1;
    chains.push({
      ratio: thumb ? 1.0 : 1.08,
      stops: [
        stop(from, 13 * plump),
        stop(between(ray.base, end, 0.6), (thumb ? 12 : 11.5) * plump),
        stop(end, (thumb ? 10.8 : ray.ray === 5 ? 9.6 : 10.6) * plump),
      ],
    });
    if (!ray.amputated && !thumb) {
      chains.push({
        ratio: 0.95,
        stops: [
          stop(ray.mcp, 10.6 * plump * FINGER_SCALE[ray.ray]!),
          stop(between(ray.mcp, ray.points[0]!, 0.3), 9.4 * plump * FINGER_SCALE[ray.ray]!),
        ],
      });
    }
  }
  const [thumb, index, middle, ring, little] = rays as [RayLine, RayLine, RayLine, RayLine, RayLine];
  for (const [a, b] of [
    [index, middle],
    [middle, ring],
    [ring, little],
  ] as const) {
    const gone = a.amputated || b.amputated;
    chains.push({
      ratio: 1.1,
      stops: [stop(between(a.base, a.mcp, 0.7), 9), stop(between(b.base, b.mcp, 0.7), 9)],
    });
    chains.push({
      ratio: 1.1,
      stops: [stop(between(a.base, a.mcp, 0.86), 8.5), stop(between(b.base, b.mcp, 0.86), 8.5)],
    });
    if (gone) continue;
    chains.push({ ratio: 0.95, stops: [stop(a.mcp, 8), stop(b.mcp, 8)] });
    chains.push({
      ratio: 0.8,
      stops: [stop(between(a.mcp, a.points[0]!, 0.16), 4.2), stop(between(b.mcp, b.points[0]!, 0.16), 4.2)],
    });
  }
  const thumbEnd = thumb.amputated ? 0.5 : 0.8;
  for (const [t, r, ratio] of [
    [0.25, 11, 1.1],
    [0.42, 10, 1.1],
    [0.58, 9, 1.05],
    [thumbEnd, 6.5, 0.9],
  ] as const) {
    chains.push({
      ratio,
      stops: [
        stop(between(thumb.base, thumb.mcp, Math.min(t, thumbEnd)), r * plump),
        stop(between(index.base, index.mcp, Math.min(0.85, t * 1.02)), r * plump),
      ],
    });
  }
  const edge = between(little.base, little.mcp, little.amputated ? 0.5 : 0.75);
  chains.push({
    ratio: 0.95,
    stops: [
      stop({ x: -19, y: 22 }, 13 * plump),
      stop({ x: little.base.x - 7, y: little.base.y - 4 }, 13 * plump),
      stop({ x: edge.x - 2.5, y: edge.y + 1 }, 10.5 * plump),
    ],
  });
  chains.push({
    ratio: 0.9,
    stops: [
      stop({ x: 7.5, y: 46 }, 11.5 * plump),
      stop({ x: 12.5, y: 26 }, 12.5 * plump),
      stop({ x: thumb.base.x - 1, y: thumb.base.y - 2 }, 12.5 * plump),
    ],
  });
  chains.push({
    ratio: 0.72,
    stops: [stop({ x: -3, y: 8 }, 23 * plump), stop({ x: -4, y: 30 }, 24.5 * plump)],
  });
  // The forearm hangs from the wrist at its own angle.
  const lean = (forearmLeanDeg * Math.PI) / 180;
  const down = (mm: number, r: number) =>
    stop({ x: -5 - mm * Math.sin(lean), y: 30 + mm * Math.cos(lean) }, r * plump);
  chains.push({ ratio: 0.68, stops: [down(-2, 25), down(16, 26.5), down(45, 29), down(110, 35)] });
  return chains;
}

/** Square of the half-thickness by coarse grid; below zero outside the skin. */
export type TissueGrid = {
  x: number;
  y: number;
  stepMm: number;
  width: number;
  height: number;
  values: Float32Array;
};

/** Far enough from the skin for its blur not to reach it, mm². */
const FAR_OUTSIDE = -90;
const SKIN_BLUR_MM = 1.3;

/** mm² over which neighbours melt into each other. */
const MELT = 26;
const THUMB_MELT = 60;

export function tissueGrid(
  hand: Hand,
  plump: number,
  [left, top, right, bottom]: readonly [number, number, number, number],
  stepMm = 0.8,
): TissueGrid {
  const width = Math.ceil((right - left) / stepMm) + 2;
  const height = Math.ceil((bottom - top) / stepMm) + 2;
  const grid = (): TissueGrid => ({
    x: left,
    y: top,
    stepMm,
    width,
    height,
    values: new Float32Array(width * height).fill(-1e4),
  });
  const palm = grid();
  for (const chain of palmChains(hand, plump)) meltIn(palm, chain, MELT);
  const whole = { ...palm, values: palm.values.slice() };
  for (const ray of hand.rays) {
    if (ray.amputated) continue;
    const finger = grid();
    meltIn(finger, fingerChain(ray, plump), 0);
    for (let i = 0; i < whole.values.length; i++) {
      if (finger.values[i]! <= -1e4) continue;
      const joined = smoothMax(finger.values[i]!, palm.values[i]!, ray.ray === 1 ? THUMB_MELT : MELT);
      if (joined > whole.values[i]!) whole.values[i] = joined;
    }
  }
  // Skin has no corners where one shape takes over from the next.
  for (let i = 0; i < whole.values.length; i++) whole.values[i] = Math.max(whole.values[i]!, FAR_OUTSIDE);
  whole.values = gaussianBlur(whole.values, width, height, SKIN_BLUR_MM / stepMm);
  return whole;
}

/** Polynomial smooth maximum: equal beyond `k` of difference, at most k/4 more in between. */
function smoothMax(a: number, b: number, k: number): number {
  const h = k > 0 ? Math.max(0, k - Math.abs(a - b)) / k : 0;
  return Math.max(a, b) + (h * h * k) / 4;
}

const REACH_MM = 9;

function meltIn(grid: TissueGrid, chain: Chain, melt: number): void {
  const { x: left, y: top, stepMm, width, height, values } = grid;
  const reach = Math.max(...chain.stops.map(({ r }) => r)) + REACH_MM;
  const xs = chain.stops.map(({ x }) => x);
  const ys = chain.stops.map(({ y }) => y);
  const x0 = Math.max(0, Math.floor((Math.min(...xs) - reach - left) / stepMm));
  const x1 = Math.min(width - 1, Math.ceil((Math.max(...xs) + reach - left) / stepMm));
  const y0 = Math.max(0, Math.floor((Math.min(...ys) - reach - top) / stepMm));
  const y1 = Math.min(height - 1, Math.ceil((Math.max(...ys) + reach - top) / stepMm));
  const square = chain.ratio * chain.ratio;
  for (let gy = y0; gy <= y1; gy++) {
    const py = top + gy * stepMm;
    for (let gx = x0; gx <= x1; gx++) {
      const px = left + gx * stepMm;
      let best = -1e4;
      for (let k = 0; k + 1 < chain.stops.length; k++) {
        const a = chain.stops[k]!;
        const b = chain.stops[k + 1]!;
        const dx = b.x - a.x;
        const dy = b.y - a.y;
        const length = dx * dx + dy * dy;
        const t = length > 0 ? Math.max(0, Math.min(1, ((px - a.x) * dx + (py - a.y) * dy) / length)) : 0;
        const r = a.r + t * (b.r - a.r);
        const distance = (px - a.x - t * dx) ** 2 + (py - a.y - t * dy) ** 2;
        const value = (r * r - distance) * square;
        if (value > best) best = value;
      }
      const i = gy * width + gx;
      values[i] = smoothMax(values[i]!, best, melt);
    }
  }
}

/** Bilinear look-up of the squared half-thickness, in the hand's frame. */
export function tissueAt(
  { x, y, stepMm, width, height, values }: TissueGrid,
  px: number,
  py: number,
): number {
  const gx = (px - x) / stepMm;
  const gy = (py - y) / stepMm;
  const ix = Math.floor(gx);
  const iy = Math.floor(gy);
  if (ix < 0 || iy < 0 || ix >= width - 1 || iy >= height - 1) return -1e4;
  const tx = gx - ix;
  const ty = gy - iy;
  const i = iy * width + ix;
  return (
    (values[i]! * (1 - tx) + values[i + 1]! * tx) * (1 - ty) +
    (values[i + width]! * (1 - tx) + values[i + width + 1]! * tx) * ty
  );
}
