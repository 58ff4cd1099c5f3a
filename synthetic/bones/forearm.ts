/** The ends of radius and ulna on a postero-anterior film, in mm of the hand's frame (anatomy.ts). */

import { smoothstep } from '../smoothstep.ts';
import { type Bone, frameAt } from './bone.ts';
import { points, smoothAlong, smoothOutline, type XY } from './outline.ts';
import { constantProfile, profileOf } from './profile.ts';

/** Where the forearm turns against the hand. */
const WRIST: XY = [-4, 30];

/** Drawn after films of adults; they run on past every film's edge. */
const RADIUS: readonly XY[] = points(
  '-15.5 35.4, -14.9 33.2, -12.8 31.9, -7.9 32.4, -2.4 32.7, 3.0 32.1, 7.5 30.4, 11.1 28.9, 14.3 29.4, 15.4 31.9, 14.8 36.7, 12.9 41.6, 10.2 47.1, 6.6 52.0, 3.0 57.5, 0.3 63.4, -2.4 69.7, -5.0 77.0, -18.5 145, -32 145, -19.8 77.0, -17.8 63.4, -16.5 54.3, -15.6 45.2, -15.8 39.8',
);
const ULNA: readonly XY[] = points(
  '-28.1 24.9, -26.8 25.9, -25.6 29.0, -23.3 31.2, -19.9 32.2, -17.4 33.9, -16.6 36.2, -17.7 39.6, -21.0 43.4, -24.4 48.9, -27.6 55.2, -30.5 61.5, -33.2 67.9, -36.4 76.5, -57 145, -68 145, -45.4 76.5, -41.4 67.9, -38.2 61.5, -35.9 54.3, -34.1 47.1, -32.8 39.8, -31.9 32.6, -30.9 28.5, -29.6 25.8',
);

/** The forearm of those films leant this far towards the little finger's side. */
const DRAWN_LEAN_DEG = 11;

type Shape = { halfDepthMm: number; shaftDepthMm: number; cortexMm: number; cupMm: number };

/** @param leanDeg the forearm's angle at the wrist: positive towards the little finger's side */
export const forearmBones = (leanDeg: number): Bone[] => [
  forearmBone('radius', RADIUS, leanDeg, { halfDepthMm: 8.2, shaftDepthMm: 6.2, cortexMm: 2.6, cupMm: 1.6 }),
  forearmBone('ulna', ULNA, leanDeg, { halfDepthMm: 5.4, shaftDepthMm: 5.4, cortexMm: 2.3, cupMm: 0.6 }),
];

/** In a frame whose v runs up the forearm from the wrist: heights of the shaft are negative. */
function forearmBone(name: string, drawn: readonly XY[], leanDeg: number, shape: Shape): Bone {
  const angle = (-DRAWN_LEAN_DEG * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const outline = smoothOutline(
    drawn.map(([x, y]) => {
      const [dx, dy] = [x - WRIST[0], y - WRIST[1]];
      return [dx * cos - dy * sin, -(dx * sin + dy * cos)] as const;
    }),
  );
  const atEnd = (v: number) => 1 - smoothstep(9, 42, -v);
  const cortexMm = new Float32Array(outline.count);
  const rimMm = new Float32Array(outline.count);
  const insetMm = new Float32Array(outline.count);
  for (let i = 0; i < outline.count; i++) {
    const v = outline.y[i]!;
    const end = atEnd(v);
    const plate = smoothstep(-8, -4, v);
    cortexMm[i] = 0.55 * end + shape.cortexMm * (1 - end) + 0.3 * plate;
    rimMm[i] = 5.5 - 3 * plate;
    insetMm[i] = shape.cupMm * plate;
  }
  return {
    name,
    outline,
    frame: frameAt(WRIST[0], WRIST[1], leanDeg),
    cortexMm: smoothAlong(cortexMm, 2),
    insetMm: smoothAlong(insetMm, 2),
    rimMm: smoothAlong(rimMm, 2),
    halfDepthMm: profileOf(
      -125,
      12,
      (v) => shape.halfDepthMm * atEnd(v) + shape.shaftDepthMm * (1 - atEnd(v)),
    ),
    halfWidthMm: constantProfile(6),
    trabecular: profileOf(-125, 12, (v) => 0.05 + 0.17 * atEnd(v)),
    textureContrast: 0.2,
    honeycomb: constantProfile(0.2),
  };
}
