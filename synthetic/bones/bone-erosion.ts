/** What is gone of one bone: a bay of overlapping bites along its outline, and shortened ends. */
import { smoothstep } from '../smoothstep.ts';

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

/** What is gone of a bone so far; a healthy bone is given an empty record. */
export function erosionOf(bone: { erosion?: BoneErosion }): BoneErosion {
  bone.erosion ??= {
    bites: [],
    box: { left: 1e6, right: -1e6, low: 1e6, high: -1e6 },
    residue: 0,
    sclerosis: 0,
  };
  return bone.erosion;
}

/** Stretches the box over a disc that is gone. */
export function widen({ box }: BoneErosion, u: number, v: number, r: number): void {
  box.left = Math.min(box.left, u - r - BORDER_MM);
  box.right = Math.max(box.right, u + r + BORDER_MM);
  box.low = Math.min(box.low, v - r - BORDER_MM);
  box.high = Math.max(box.high, v + r + BORDER_MM);
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
