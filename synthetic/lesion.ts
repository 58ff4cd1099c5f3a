/**
 * Erosions of known extent. The eroded percent is the destroyed share of a joint's articular outline:
 * arc length of the facing surfaces of both bones. Destruction starts at the bare areas, the margins
 * where no cartilage covers the bone (radial side first), eats inwards and in depth, and from about
 * half the outline on the ends collapse: heads sharpen, bases turn to cups, the joint telescopes.
 * More percent of the same seed never spares a point that less percent destroyed.
 */
import { type Bone, smoothstep } from './bone.ts';
import { STEP_MM } from './outline.ts';
import type { Random } from './random.ts';
import type { TubularBone } from './tubular-bone.ts';

export type BoneErosion = {
  /** How deep bone is gone under each outline point, mm along the normal. */
  depthMm: Float32Array;
  /** Height beyond which an end is gone, by u: head (v above) and base (v below). */
  head?: EndCut;
  base?: EndCut;
  /** Share of the mineral that remains where a lesion does not pass through the whole depth. */
  residue: number;
};

type EndCut = { startMm: number; stepMm: number; heights: Float32Array };

/** What severe destruction does to the position of the distal bone. */
export type Collapse = { telescopeMm: number; ulnarShiftMm: number; ulnarAngleDeg: number; gapScale: number };

const severity = (percent: number): number => smoothstep(45, 100, percent);

export function collapseOf(percent: number, isMcp: boolean, random: Random): Collapse {
  const grown = severity(percent);
  const drift = random.uniform(0.3, 1) * (random.chance(isMcp ? 0.85 : 0.6) ? 1 : -1);
  return {
    telescopeMm: grown * (isMcp ? random.uniform(2.8, 5.2) : random.uniform(1.6, 3.2)),
    ulnarShiftMm: grown * drift * (isMcp ? 3 : 1.6),
    ulnarAngleDeg: grown * drift * (isMcp ? 16 : 11),
    gapScale: 1 - 0.55 * smoothstep(5, 60, percent),
  };
}

type Site = {
  bone: 'head' | 'base';
  fromRadial: boolean;
  capacityMm: number;
  startsAt: number;
  fullAt: number;
};

/** Destroys `percent` of the outline of the joint between two bones. */
export function erode(proximal: TubularBone, distal: TubularBone, percent: number, random: Random): void {
  if (percent <= 0) return;
  const arc = { head: proximal.headSurface.length * STEP_MM, base: distal.baseSurface.length * STEP_MM };
  const sites = sitesOf(arc, random);
  const lengths = growTo((percent / 100) * (arc.head + arc.base), sites);
  const scale = Math.max(0.6, arc.head / 19);
  for (const [k, site] of sites.entries()) {
    const bone = site.bone === 'head' ? proximal : distal;
    eatFromMargin(bone, site, lengths[k]!, percent >= 100, scale, random.fork(`site ${k}`));
  }
  const grown = severity(percent);
  if (grown > 0) {
    const sharp = random.uniform(3, 5.5) * scale;
    const cup = random.uniform(1.6, 2.6) * scale;
    cutEnd(proximal, 'head', (t) => grown * scale * (1.6 + sharp * t * t));
    cutEnd(distal, 'base', (t) => grown * (0.9 + cup * (1 - t * t)));
  }
  for (const bone of [proximal, distal])
    if (bone.erosion) bone.erosion.residue = 0.16 * (1 - smoothstep(15, 60, percent));
}

/** Where destruction starts and in which order, by weights from the literature (radial predominance). */
function sitesOf(arc: { head: number; base: number }, random: Random): Site[] {
  const lead = random.uniform(0, 1);
  const leader = lead < 0.62 ? 0 : lead < 0.8 ? 2 : lead < 0.92 ? 1 : 3;
  return (['head', 'base'] as const).flatMap((bone, b) => {
    const radialShare = random.uniform(0.44, 0.6);
    return [true, false].map((fromRadial, s) => ({
      bone,
      fromRadial,
      capacityMm: arc[bone] * (fromRadial ? radialShare : 1 - radialShare),
      startsAt: b * 2 + s === leader ? 0 : random.uniform(0.07, 0.2) + (fromRadial ? 0 : 0.1),
      fullAt: bone === 'base' ? random.uniform(0.8, 0.95) : 1,
    }));
  });
}

/** How far each site has grown when together they have destroyed `targetMm`. */
function growTo(targetMm: number, sites: Site[]): number[] {
  const at = (time: number) =>
    sites.map(
      (site) =>
        site.capacityMm * Math.max(0, Math.min(1, (time - site.startsAt) / (site.fullAt - site.startsAt))),
    );
  let low = 0;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((sum, mm) => sum + mm, 0) < targetMm) low = middle;
    else high = middle;
  }
  return at(high);
}

function eatFromMargin(
  bone: TubularBone,
  site: Site,
  lengthMm: number,
  all: boolean,
  scale: number,
  random: Random,
): void {
  if (lengthMm < STEP_MM / 2) return;
  const erosion = erosionOf(bone);
  const surface = site.bone === 'head' ? bone.headSurface : bone.baseSurface;
  // Round the outline the base runs from ulnar to radial, the head from radial to ulnar.
  const forwards = (site.bone === 'head') === site.fromRadial;
  const inward = forwards ? 1 : -1;
  const margin = forwards ? surface[0]! : surface.at(-1)!;
  const deepest = Math.min(
    (0.8 + 0.5 * lengthMm) * random.uniform(0.85, 1.15),
    (site.bone === 'head' ? 4.6 : 3.2) * scale,
  );
  // Beyond the articular margin lies the bare area proper: eaten too, but not counted.
  const spillMm = Math.min(3, 1 + 0.3 * lengthMm) * scale;
  const phases = [random.uniform(0, 6.3), random.uniform(0, 6.3)] as const;
  const { count } = bone.outline;
  const steps = Math.max(1, Math.round(lengthMm / STEP_MM));
  const spill = Math.round(spillMm / STEP_MM);
  for (let k = -spill; k < (all ? steps + 2 : steps); k++) {
    const q = (k + spill + 0.5) / (steps + spill);
    const mm = k * STEP_MM;
    const ragged = 1 + 0.22 * Math.sin(2.1 * mm + phases[0]) + 0.14 * Math.sin(5.3 * mm + phases[1]);
    const depth = deepest * (4 * q * (1 - q)) ** 0.5 * ragged;
    const i = (margin + inward * k + count * 2) % count;
    erosion.depthMm[i] = Math.max(erosion.depthMm[i]!, k >= 0 ? Math.max(0.55, depth) : depth);
  }
}

/** Shortens an end over the destroyed part of its surface; `lossMm` by distance from the axis (0–1). */
function cutEnd(bone: TubularBone, end: 'head' | 'base', lossMm: (t: number) => number): void {
  if (!bone.erosion) return;
  const surface = end === 'head' ? bone.headSurface : bone.baseSurface;
  const sign = end === 'head' ? -1 : 1;
  const reach = Math.max(...Array.from(surface, (i) => Math.abs(bone.outline.x[i]!)));
  const stepMm = 0.1;
  const count = Math.ceil((2 * reach + 2) / stepMm);
  const heights = new Float32Array(count).fill(end === 'head' ? 1e6 : -1e6);
  for (const i of surface) {
    if (bone.erosion.depthMm[i]! <= 0) continue;
    const u = bone.outline.x[i]!;
    const height = bone.outline.y[i]! + sign * lossMm(Math.min(1, Math.abs(u) / reach));
    const bin = Math.round((u + reach + 1) / stepMm);
    for (let k = Math.max(0, bin - 2); k <= Math.min(count - 1, bin + 2); k++) {
      heights[k] = end === 'head' ? Math.min(heights[k]!, height) : Math.max(heights[k]!, height);
    }
  }
  // Past the outermost point the loss goes on at the same height, or a rim would stand alone.
  bone.erosion[end] = { startMm: -reach - 1, stepMm, heights };
}

function erosionOf(bone: Bone): BoneErosion {
  bone.erosion ??= { depthMm: new Float32Array(bone.outline.count), residue: 0 };
  return bone.erosion;
}

/**
 * The share of mineral left at a point of the bone.
 * @param i nearest outline point  @param depthMm below the outline  @param ragged smooth noise, unit variance
 */
export function shareLeft(
  erosion: BoneErosion,
  i: number,
  depthMm: number,
  u: number,
  v: number,
  ragged: number,
): number {
  let gone = 0;
  const reach = erosion.depthMm[i]!;
  if (reach > 0) gone = smoothstep(-0.2, 0.2, reach * (1 + 0.16 * ragged) - depthMm);
  if (erosion.head)
    gone = Math.max(gone, smoothstep(-0.25, 0.25, v - cutAt(erosion.head, u) - 0.35 * ragged));
  if (erosion.base) gone = Math.max(gone, smoothstep(-0.25, 0.25, cutAt(erosion.base, u) - v - 0.3 * ragged));
  return 1 - gone * (1 - erosion.residue);
}

function cutAt({ startMm, stepMm, heights }: EndCut, u: number): number {
  const bin = Math.round((u - startMm) / stepMm);
  return heights[Math.max(0, Math.min(heights.length - 1, bin))]!;
}
