/**
 * Carpal bones, sesamoids and the ends of radius and ulna on a postero-anterior film, as outlines in
 * mm of the hand's frame (anatomy.ts): origin at the base of the third metacarpal, x towards the
 * thumb, y towards the forearm. Drawn after films of adults.
 */
import { type Bone, constantProfile, type Frame, frameAt, profileOf, smoothstep } from './bone.ts';
import { smoothAlong, smoothOutline, type XY } from './outline.ts';
import type { Random } from './random.ts';

type Block = {
  outline: readonly XY[];
  halfDepthMm: number;
  rimMm?: number;
  cortexMm?: number;
  density?: number;
};

const ellipse = (x: number, y: number, a: number, b: number, tiltDeg = 0): XY[] =>
  Array.from({ length: 12 }, (_, k) => {
    const angle = (k * Math.PI) / 6;
    const tilt = (tiltDeg * Math.PI) / 180;
    const [u, v] = [a * Math.cos(angle), b * Math.sin(angle)];
    return [
      x + u * Math.cos(tilt) - v * Math.sin(tilt),
      y + u * Math.sin(tilt) + v * Math.cos(tilt),
    ] as const;
  });

const CARPALS: Record<string, Block> = {
  scaphoid: {
    outline: [
      [8.9, 14.0],
      [12.0, 15.4],
      [15.2, 17.2],
      [16.3, 19.7],
      [14.9, 22.4],
      [12.0, 25.3],
      [8.4, 28.1],
      [4.8, 30.1],
      [1.2, 30.6],
      [-1.0, 29.7],
      [-0.9, 27.4],
      [0.5, 25.5],
      [3.3, 23.4],
      [5.7, 20.8],
      [7.3, 17.2],
    ],
    halfDepthMm: 5.6,
  },
  'scaphoid tubercle': { outline: ellipse(12.4, 20.6, 3.6, 3.2, -30), halfDepthMm: 2.6, density: 0.2 },
  lunate: {
    outline: [
      [-11.0, 21.1],
      [-7.0, 22.9],
      [-2.9, 24.9],
      [-2.3, 26.9],
      [-3.0, 29.1],
      [-5.4, 30.4],
      [-9.7, 30.7],
      [-13.8, 29.3],
      [-16.2, 27.3],
      [-16.4, 25.3],
      [-14.5, 23.1],
    ],
    halfDepthMm: 5.6,
  },
  triquetrum: {
    outline: [
      [-18.9, 8.6],
      [-16.9, 10.2],
      [-14.4, 13.8],
      [-12.2, 17.4],
      [-12.3, 19.5],
      [-14.4, 21.5],
      [-16.9, 22.7],
      [-20.1, 22.3],
      [-21.4, 19.9],
      [-21.8, 16.3],
      [-22.3, 13.1],
      [-21.2, 10.4],
    ],
    halfDepthMm: 4.6,
  },
  pisiform: { outline: ellipse(-19.6, 20.6, 4.6, 5.2, 20), halfDepthMm: 3.6 },
  hamate: {
    outline: [
      [-19.9, 4.7],
      [-16.9, 2.6],
      [-12.4, 1.3],
      [-8.4, 2.0],
      [-6.6, 3.8],
      [-6.8, 9.0],
      [-6.6, 14.5],
      [-7.4, 18.1],
      [-9.2, 19.5],
      [-11.2, 17.9],
      [-14.0, 13.1],
      [-17.2, 9.0],
      [-19.8, 7.2],
    ],
    halfDepthMm: 4.8,
  },
  'hook of the hamate': {
    outline: ellipse(-11.8, 6.0, 2.7, 4.2, 8),
    halfDepthMm: 2.6,
    rimMm: 1.2,
    cortexMm: 0.95,
    density: 0.02,
  },
  capitate: {
    outline: [
      [-6.0, 2.0],
      [-1.5, 1.8],
      [2.1, 2.0],
      [4.4, 4.8],
      [5.0, 9.0],
      [5.6, 13.6],
      [5.0, 18.1],
      [3.5, 21.7],
      [0.3, 23.3],
      [-3.8, 23.1],
      [-6.2, 21.1],
      [-6.4, 17.2],
      [-5.8, 12.7],
      [-5.5, 7.2],
      [-6.1, 4.1],
    ],
    halfDepthMm: 5.8,
  },
  trapezoid: {
    outline: [
      [7.2, 4.1],
      [10.2, 2.7],
      [13.8, 3.2],
      [16.2, 5.9],
      [15.9, 10.0],
      [13.1, 12.5],
      [9.3, 12.0],
      [7.3, 10.4],
      [6.4, 7.2],
    ],
    halfDepthMm: 4.6,
  },
  trapezium: {
    outline: [
      [15.7, 1.6],
      [18.6, 1.4],
      [20.6, 3.6],
      [20.9, 6.9],
      [23.4, 9.6],
      [22.4, 13.2],
      [19.3, 14.8],
      [16.1, 16.3],
      [13.3, 14.9],
      [11.6, 12.2],
      [12.4, 9.2],
      [14.6, 6.9],
      [15.3, 4.1],
    ],
    halfDepthMm: 4.6,
  },
};

/** Radius and ulna, before the wrist's own turn; they run on past every film's edge. */
const RADIUS: readonly XY[] = [
  [-15.5, 35.4],
  [-14.9, 33.2],
  [-12.8, 31.9],
  [-7.9, 32.4],
  [-2.4, 32.7],
  [3.0, 32.1],
  [7.5, 30.4],
  [11.1, 28.9],
  [14.3, 29.4],
  [15.4, 31.9],
  [14.8, 36.7],
  [12.9, 41.6],
  [10.2, 47.1],
  [6.6, 52.0],
  [3.0, 57.5],
  [0.3, 63.4],
  [-2.4, 69.7],
  [-5.0, 77.0],
  [-18.5, 145],
  [-32, 145],
  [-19.8, 77.0],
  [-17.8, 63.4],
  [-16.5, 54.3],
  [-15.6, 45.2],
  [-15.8, 39.8],
];
const ULNA: readonly XY[] = [
  [-28.1, 24.9],
  [-26.8, 25.9],
  [-25.6, 29.0],
  [-23.3, 31.2],
  [-19.9, 32.2],
  [-17.4, 33.9],
  [-16.6, 36.2],
  [-17.7, 39.6],
  [-21.0, 43.4],
  [-24.4, 48.9],
  [-27.6, 55.2],
  [-30.5, 61.5],
  [-33.2, 67.9],
  [-36.4, 76.5],
  [-57, 145],
  [-68, 145],
  [-45.4, 76.5],
  [-41.4, 67.9],
  [-38.2, 61.5],
  [-35.9, 54.3],
  [-34.1, 47.1],
  [-32.8, 39.8],
  [-31.9, 32.6],
  [-30.9, 28.5],
  [-29.6, 25.8],
];

/** The forearm of the films they were drawn after leant this far; turned back to hang straight. */
const DRAWN_LEAN_DEG = 11;
const WRIST: XY = [-4, 30];

function turned(points: readonly XY[], degrees: number, [cx, cy]: XY): XY[] {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(
    ([x, y]) => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos] as const,
  );
}

/** In a frame whose v points up the film: u = x, v = -y. */
const UPRIGHT: Frame = frameAt(0, 0, 0);
const upright = (points: readonly XY[]) => points.map(([x, y]) => [x, -y] as const);

function blockBone(name: string, block: Block, random: Random): Bone {
  const outline = smoothOutline(
    upright(block.outline.map(([x, y]) => [x + random.normal(0, 0.2), y + random.normal(0, 0.2)] as const)),
  );
  const along = (value: number) => new Float32Array(outline.count).fill(value);
  return {
    name,
    outline,
    frame: UPRIGHT,
    cortexMm: along(block.cortexMm ?? 0.5),
    insetMm: along(0.5),
    rimMm: along(block.rimMm ?? Math.min(3.4, block.halfDepthMm)),
    halfDepthMm: constantProfile(block.halfDepthMm),
    halfWidthMm: constantProfile(6),
    trabecular: constantProfile(block.density ?? 0.24),
    honeycomb: constantProfile(1),
  };
}

export const carpalBones = (random: Random): Bone[] =>
  Object.entries(CARPALS).map(([name, block]) => blockBone(name, block, random));

export function sesamoid(name: string, x: number, y: number, radiusMm: number, random: Random): Bone {
  const outline = ellipse(x, y, radiusMm, radiusMm * random.uniform(1, 1.25), random.uniform(-40, 40));
  return blockBone(name, { outline, halfDepthMm: radiusMm, rimMm: radiusMm, cortexMm: 0.4 }, random);
}

/** @param leanDeg the forearm's angle at the wrist: positive towards the little finger's side */
export function forearmBones(leanDeg: number, random: Random): Bone[] {
  return [
    forearmBone(
      'radius',
      RADIUS,
      { leanDeg, halfDepthMm: 8.2, shaftDepthMm: 6.2, cortexMm: 2.6, startsAt: 31 },
      random,
    ),
    forearmBone(
      'ulna',
      ULNA,
      { leanDeg, halfDepthMm: 5.4, shaftDepthMm: 5.4, cortexMm: 2.3, startsAt: 31 },
      random,
    ),
  ];
}

function forearmBone(
  name: string,
  drawn: readonly XY[],
  shape: { leanDeg: number; halfDepthMm: number; shaftDepthMm: number; cortexMm: number; startsAt: number },
  random: Random,
): Bone {
  const points = turned(drawn, shape.leanDeg - DRAWN_LEAN_DEG, WRIST);
  const outline = smoothOutline(upright(points));
  const atEnd = (v: number) => 1 - smoothstep(shape.startsAt + 10, shape.startsAt + 45, -v);
  const cortexMm = new Float32Array(outline.count);
  const rimMm = new Float32Array(outline.count);
  const insetMm = new Float32Array(outline.count);
  for (let i = 0; i < outline.count; i++) {
    const v = outline.y[i]!;
    const end = atEnd(v);
    const plate = smoothstep(-38, -34, v);
    cortexMm[i] = 0.55 * end + shape.cortexMm * (1 - end) + 0.3 * plate;
    rimMm[i] = 5.5 - 3 * plate;
    insetMm[i] = name === 'radius' ? 1.7 * plate : 0.6 * plate;
  }
  const depth = profileOf(
    -150,
    0,
    (v) =>
      (shape.halfDepthMm * atEnd(v) + shape.shaftDepthMm * (1 - atEnd(v))) * random.uniform(0.999, 1.001),
  );
  return {
    name,
    outline,
    frame: UPRIGHT,
    cortexMm: smoothAlong(cortexMm, 2),
    insetMm: smoothAlong(insetMm, 2),
    rimMm: smoothAlong(rimMm, 2),
    halfDepthMm: depth,
    halfWidthMm: constantProfile(7),
    trabecular: profileOf(-150, 0, (v) => 0.05 + 0.19 * atEnd(v)),
    honeycomb: constantProfile(0.25),
  };
}
