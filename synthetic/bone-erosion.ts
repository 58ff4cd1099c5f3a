/** What is gone of one bone: a bay of overlapping bites along its outline, and shortened ends. */
import { type Bone, smoothstep } from './bone.ts';
import { STEP_MM } from './outline.ts';
import type { TubularBone } from './tubular-bone.ts';

export type BoneErosion = {
  /** Discs that are gone: u, v, radius, and so on (mm). */
  bites: number[];
  /** The box around all that is gone, with its border. */
  box: { left: number; right: number; low: number; high: number };
  head?: EndCut;
  base?: EndCut;
  /** Share of the mineral that remains inside. */
  residue: number;
  /** Extra share of mineral in the border of old destruction. */
  sclerosis: number;
};

/** The height where an end now begins, by u. */
type EndCut = { startMm: number; stepMm: number; heights: Float32Array };

const BORDER_MM = 1.2;

/** A bay grows deeper more slowly than it grows away from its ends: no shelf and no overhanging cap is left. */
const TAPER = 0.85;

export function erosionOf(bone: Bone): BoneErosion {
  bone.erosion ??= {
    bites: [],
    box: { left: 1e6, right: -1e6, low: 1e6, high: -1e6 },
    residue: 0,
    sclerosis: 0,
  };
  return bone.erosion;
}

function widen({ box }: BoneErosion, u: number, v: number, r: number): void {
  box.left = Math.min(box.left, u - r - BORDER_MM);
  box.right = Math.max(box.right, u + r + BORDER_MM);
  box.low = Math.min(box.low, v - r - BORDER_MM);
  box.high = Math.max(box.high, v + r + BORDER_MM);
}

/** A destroyed stretch of an articular surface, mm from the surface's first outline point. */
export type Stretch = {
  fromMm: number;
  toMm: number;
  /** How far the bay reaches beyond an end that lies at the surface's margin. */
  spillBefore: number;
  spillAfter: number;
};

/** Bites centred on the outline, none of which reaches past the ends of its stretch. */
export function biteAlong(
  bone: TubularBone,
  end: 'head' | 'base',
  { fromMm, toMm, spillBefore, spillAfter }: Stretch,
  radiusAt: (mm: number) => number,
): void {
  const erosion = erosionOf(bone);
  const { x, y, count } = bone.outline;
  const first = surfaceOf(bone, end)[0]!;
  const low = fromMm - spillBefore;
  const high = toMm + spillAfter;
  for (let k = Math.ceil(low / STEP_MM); k * STEP_MM <= high; k += 2) {
    const mm = k * STEP_MM;
    // The edge of a bite is soft over a quarter of a millimetre: it may overlap an end by half of that.
    const r = Math.min(radiusAt(mm), TAPER * (high - mm) + 0.12, TAPER * (mm - low) + 0.12);
    if (r <= 0) continue;
    const i = (first + k + count * 2) % count;
    erosion.bites.push(x[i]!, y[i]!, r);
    widen(erosion, x[i]!, y[i]!, r);
  }
}

const surfaceOf = (bone: TubularBone, end: 'head' | 'base') =>
  end === 'head' ? bone.headSurface : bone.baseSurface;

/**
 * Shortens an end along the axis over the destroyed part of its surface, least beside what survives:
 * a head sharpens to a pencil around its last intact patch.
 * @param lossMm by distance from the axis, 0 to 1
 */
export function shortenEnd(
  bone: TubularBone,
  end: 'head' | 'base',
  stretches: readonly Stretch[],
  lossMm: (t: number) => number,
): void {
  const surface = surfaceOf(bone, end);
  const erosion = erosionOf(bone);
  const { x, y } = bone.outline;
  const up = end === 'head' ? 1 : -1;
  const reach = Math.max(...Array.from(surface, (i) => Math.abs(x[i]!)));
  const fromSurvivor = distanceFromSurvivor(surface.length, stretches);
  const stepMm = 0.15;
  const count = Math.ceil((2 * reach + 2) / stepMm);
  const loss = new Float32Array(count);
  const surfaceAt = new Float32Array(count).fill(Number.NaN);
  surface.forEach((i, k) => {
    const u = x[i]!;
    const bin = Math.max(0, Math.min(count - 1, Math.round((u + reach + 1) / stepMm)));
    if (Number.isNaN(surfaceAt[bin]!) || up * y[i]! > up * surfaceAt[bin]!) surfaceAt[bin] = y[i]!;
    const here = Math.min(lossMm(Math.min(1, Math.abs(u) / reach)), 0.9 * fromSurvivor[k]!);
    loss[bin] = Math.max(loss[bin]!, here);
  });
  fillGaps(surfaceAt, loss);
  const smooth = softened(loss, 4);
  const heights = surfaceAt.map((height, k) => (smooth[k]! < 0.15 ? up * 1e6 : height - up * smooth[k]!));
  erosion[end] = { startMm: -reach - 1, stepMm, heights };
  for (const i of surface) widen(erosion, x[i]!, y[i]! - up * lossMm(0.5), lossMm(1));
}

/** Along the surface, how far (mm) each point lies from what is left of it: 0 on the survivors. */
function distanceFromSurvivor(count: number, stretches: readonly Stretch[]): Float32Array {
  const far = new Float32Array(count).fill(1e6);
  for (let k = 0; k < count; k++) {
    const mm = (k + 0.5) * STEP_MM;
    if (!stretches.some(({ fromMm, toMm }) => mm >= fromMm - STEP_MM && mm <= toMm + STEP_MM)) far[k] = 0;
  }
  for (let k = 1; k < count; k++) far[k] = Math.min(far[k]!, far[k - 1]! + STEP_MM);
  for (let k = count - 2; k >= 0; k--) far[k] = Math.min(far[k]!, far[k + 1]! + STEP_MM);
  return far;
}

/** Bins that no surface point fell into take their neighbour's values; beyond the rim, the outermost. */
function fillGaps(surfaceAt: Float32Array, loss: Float32Array): void {
  const n = surfaceAt.length;
  for (let k = 1; k < n; k++) {
    if (!Number.isNaN(surfaceAt[k]!) || Number.isNaN(surfaceAt[k - 1]!)) continue;
    surfaceAt[k] = surfaceAt[k - 1]!;
    loss[k] = loss[k - 1]!;
  }
  for (let k = n - 2; k >= 0; k--) {
    if (!Number.isNaN(surfaceAt[k]!)) continue;
    surfaceAt[k] = surfaceAt[k + 1]!;
    loss[k] = loss[k + 1]!;
  }
}

function softened(values: Float32Array, radius: number): Float32Array {
  return values.map((_, k) => {
    let sum = 0;
    for (let d = -radius; d <= radius; d++) sum += values[Math.max(0, Math.min(values.length - 1, k + d))]!;
    return sum / (2 * radius + 1);
  });
}

/** The share of mineral left at a point of the bone. @param ragged smooth noise, unit variance */
export function shareLeft(
  { bites, box, head, base, residue, sclerosis }: BoneErosion,
  u: number,
  v: number,
  ragged: number,
): number {
  if (u < box.left || u > box.right || v < box.low || v > box.high) {
    if (!(head && v > box.high) && !(base && v < box.low)) return 1;
  }
  let inside = -10;
  for (let k = 0; k < bites.length; k += 3) {
    const du = u - bites[k]!;
    const dv = v - bites[k + 1]!;
    const r = bites[k + 2]!;
    const reach = r + BORDER_MM;
    const squared = du * du + dv * dv;
    if (squared < reach * reach) inside = Math.max(inside, r - Math.sqrt(squared));
  }
  if (head) inside = Math.max(inside, v - heightAt(head, u));
  if (base) inside = Math.max(inside, heightAt(base, u) - v);
  const edge = inside + 0.22 * Math.max(-2, Math.min(2, ragged));
  const gone = smoothstep(-0.13, 0.13, edge);
  const border = edge < 0 && edge > -BORDER_MM ? 1 - Math.abs(edge + 0.45) / 0.75 : 0;
  return (1 - gone * (1 - residue)) * (1 + sclerosis * Math.max(0, border));
}

function heightAt({ startMm, stepMm, heights }: EndCut, u: number): number {
  const bin = Math.round((u - startMm) / stepMm);
  return heights[Math.max(0, Math.min(heights.length - 1, bin))]!;
}
