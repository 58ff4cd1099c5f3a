/** From a shape to a bone of a length and width: outline, cortex, depth and texture along it. */

import type { Random } from '../random.ts';
import { smoothstep } from '../smoothstep.ts';
import type { Bone, Frame } from './bone.ts';
import { smoothAlong, smoothOutline, type XY } from './outline.ts';
import { at, profileOf } from './profile.ts';
import type { TubularShape } from './tubular-shapes.ts';

export type TubularBone = Bone & {
  lengthMm: number;
  baseMiddleMm: number;
  headMiddleMm: number;
  /** Outline points of each articular surface, in order round the outline. */
  baseSurface: Int32Array;
  headSurface: Int32Array;
};

/** Outline points of the articular surface at one end. */
export const surfaceOf = (bone: TubularBone, end: 'head' | 'base') =>
  end === 'head' ? bone.headSurface : bone.baseSurface;

/**
 * @param widthScale relative to the third ray
 * @param osteopenia 0–1, how much of the trabeculae is lost beside an inflamed joint, at base and head
 */
export function tubularBone(
  name: string,
  shape: TubularShape,
  { lengthMm, widthScale, frame }: { lengthMm: number; widthScale: number; frame: Frame },
  random: Random,
  osteopenia = { base: 0, head: 0 },
): TubularBone {
  const stretched = stretch(shape, lengthMm, widthScale);
  const wobble = () => 1 + random.normal(0, 0.022);
  // A head turned a little shows more of one condyle's far side than of the other's.
  const oblique = random.uniform(-0.45, 0.45);
  // No shaft is quite straight.
  const bowMm = (shape.bowMm + random.normal(0, 0.2)) * widthScale;
  const bowed = (v: number) => bowMm * Math.sin((Math.PI * v) / lengthMm);
  const sides = shape.sides.map(([v, halfWidth]) => [stretched(v), halfWidth * widthScale] as const);
  const contour = (points: readonly XY[]) => points.map(([u, v]) => [u * widthScale, stretched(v)] as const);
  const mirrored = (points: readonly XY[]) =>
    points
      .slice(0, -1)
      .map(([u, v]) => [-u, v] as const)
      .reverse();
  const base = contour(shape.base);
  const head = contour(shape.head);
  const outline = smoothOutline([
    ...base,
    ...mirrored(base),
    ...sides.map(([v, w]) => [w * wobble() + bowed(v), v] as const),
    ...mirrored([...head].map(([u, v]) => [u * wobble(), v] as const)).reverse(),
    ...[...head].reverse().map(([u, v]) => [u, v + (u === 0 ? 0 : random.normal(0, 0.06))] as const),
    ...[...sides].reverse().map(([v, w]) => [-w * wobble() + bowed(v), v] as const),
  ]);
  const halfWidthMm = profileOf(0, lengthMm, (v) => sideWidth(sides, v));
  const [baseRatio, midRatio, headRatio] = shape.depthRatio;
  const along = (v: number, ends: [number, number, number]) => {
    const t = v / lengthMm;
    const base = 1 - smoothstep(0.08, 0.38, t);
    const head = smoothstep(0.66, 0.94, t);
    return ends[0] * base + ends[2] * head + ends[1] * (1 - base - head);
  };
  const halfDepthMm = profileOf(
    0,
    lengthMm,
    (v) => at(halfWidthMm, v) * along(v, [baseRatio, midRatio, headRatio]),
  );
  const { count } = outline;
  const cortex = new Float32Array(count);
  const inset = new Float32Array(count);
  const rim = new Float32Array(count);
  const baseSurface: number[] = [];
  const headSurface: number[] = [];
  const baseEnd = shape.baseArticularMm * widthScale;
  const headStart = lengthMm - shape.headArticularMm * widthScale;
  for (let i = 0; i < count; i++) {
    const u = outline.x[i]!;
    const v = outline.y[i]!;
    const width = at(halfWidthMm, v);
    const middling = 1 - Math.min(1, Math.abs(u) / Math.max(width, 0.1));
    const atBase = v < 3 * widthScale && middling > 0.12;
    const atHead = v > lengthMm - shape.headRimMm * widthScale;
    const shaft = Math.exp(-(((v / lengthMm - 0.5) / 0.27) ** 4));
    cortex[i] =
      widthScale *
      (0.34 + (shape.midCortexMm - 0.34) * shaft + (atBase ? 0.35 * middling : 0) + (atHead ? 0.1 : 0));
    rim[i] = atBase ? 1.3 * widthScale : atHead ? shape.headRimMm * widthScale : width;
    const headSide = smoothstep(lengthMm - 12 * widthScale, lengthMm - 7 * widthScale, v) * (1 - middling);
    inset[i] =
      widthScale *
      (shape.headInsetMm * (1 + oblique * Math.sign(u)) * headSide +
        (atBase ? shape.baseInsetMm * middling ** 0.7 : 0));
    if (v < baseEnd && shape.baseArticularMm > 0) baseSurface.push(i);
    if (v > headStart && shape.headArticularMm > 0) headSurface.push(i);
  }
  return {
    name,
    outline,
    frame,
    cortexMm: smoothAlong(cortex, 1.2),
    insetMm: smoothAlong(inset, 1.5),
    rimMm: smoothAlong(rim, 2),
    halfDepthMm,
    halfWidthMm,
    trabecular: profileOf(0, lengthMm, (v) => {
      const nearBase = Math.exp(-v / (9 * widthScale));
      const nearHead = Math.exp(-(lengthMm - v) / (9 * widthScale));
      const healthy = along(v, [0.18, 0.03, 0.17]) + 0.035;
      return healthy * (1 - 0.45 * Math.max(nearBase * osteopenia.base, nearHead * osteopenia.head));
    }),
    textureContrast: 0.38,
    honeycomb: profileOf(0, lengthMm, (v) => along(v, [0.25, 0.2, shape.headHoneycomb])),
    lengthMm,
    baseMiddleMm: stretched(shape.baseMiddleMm),
    headMiddleMm: stretched(shape.head.at(-1)![1]),
    baseSurface: inOrder(baseSurface, count),
    headSurface: inOrder(headSurface, count),
  };
}

/** Maps a height of the shape to one of the bone: the ends grow with the width, the shaft takes up the rest. */
function stretch(shape: TubularShape, lengthMm: number, widthScale: number): (v: number) => number {
  const fromBase = shape.baseZoneMm;
  const toHead = shape.lengthMm - shape.headZoneMm;
  const start = fromBase * widthScale;
  const end = lengthMm - shape.headZoneMm * widthScale;
  return (v) => {
    if (v <= fromBase) return v * widthScale;
    if (v >= toHead) return lengthMm - (shape.lengthMm - v) * widthScale;
    return start + ((v - fromBase) / (toHead - fromBase)) * (end - start);
  };
}

function sideWidth(sides: readonly XY[], v: number): number {
  const first = sides[0]!;
  const last = sides.at(-1)!;
  if (v <= first[0]) return first[1];
  if (v >= last[0]) return last[1];
  const i = sides.findIndex(([height]) => height >= v);
  const [v0, w0] = sides[i - 1]!;
  const [v1, w1] = sides[i]!;
  return w0 + ((v - v0) / (v1 - v0)) * (w1 - w0);
}

/** Indices of one run round the outline, which may pass over index 0. */
function inOrder(indices: number[], count: number): Int32Array {
  if (indices.length === 0) return new Int32Array();
  const gap = indices.findIndex((index, k) => k > 0 && index !== indices[k - 1]! + 1);
  if (gap < 0 || indices[0] !== 0 || indices.at(-1) !== count - 1) return Int32Array.from(indices);
  return Int32Array.from([...indices.slice(gap), ...indices.slice(0, gap)]);
}
