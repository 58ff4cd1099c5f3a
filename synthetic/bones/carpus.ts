/**
 * Carpal bones and sesamoids on a postero-anterior film, as outlines in mm of the hand's frame
 * (anatomy.ts): origin at the base of the third metacarpal, x towards the thumb, y towards the forearm.
 * Drawn after films of adults.
 */
import type { Random } from '../random.ts';
import { type Bone, type Frame, frameAt } from './bone.ts';
import { type Outline, points, smoothOutline, type XY } from './outline.ts';
import { constantProfile } from './profile.ts';

type Block = {
  outline: readonly XY[];
  halfDepthMm: number;
  rimMm?: number;
  cortexMm?: number;
  density?: number;
  /** Where its far side ends within the outline. */
  insetMm?: number;
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
    outline: points(
      '8.9 14.0, 12.0 15.4, 15.2 17.2, 16.3 19.7, 14.9 22.4, 12.0 25.3, 8.4 28.1, 4.8 30.1, 1.2 30.6, -1.0 29.7, -0.9 27.4, 0.5 25.5, 3.3 23.4, 5.7 20.8, 7.3 17.2',
    ),
    halfDepthMm: 5.6,
  },
  'scaphoid tubercle': { outline: ellipse(12.4, 20.6, 3.6, 3.2, -30), halfDepthMm: 2.6, density: 0.2 },
  lunate: {
    outline: points(
      '-11.0 21.1, -7.0 22.9, -2.9 24.9, -2.3 26.9, -3.0 29.1, -5.4 30.4, -9.7 30.7, -13.8 29.3, -16.2 27.3, -16.4 25.3, -14.5 23.1',
    ),
    halfDepthMm: 5.6,
  },
  triquetrum: {
    outline: points(
      '-18.9 8.6, -16.9 10.2, -14.4 13.8, -12.2 17.4, -12.3 19.5, -14.4 21.5, -16.9 22.7, -20.1 22.3, -21.4 19.9, -21.8 16.3, -22.3 13.1, -21.2 10.4',
    ),
    halfDepthMm: 4.6,
  },
  pisiform: { outline: ellipse(-19.6, 20.6, 4.6, 5.2, 20), halfDepthMm: 3.6 },
  hamate: {
    outline: points(
      '-19.9 4.7, -16.9 2.6, -12.4 1.3, -8.4 2.0, -6.6 3.8, -6.8 9.0, -6.6 14.5, -7.4 18.1, -9.2 19.5, -11.2 17.9, -14.0 13.1, -17.2 9.0, -19.8 7.2',
    ),
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
    outline: points(
      '-6.0 2.0, -1.5 1.8, 2.1 2.0, 4.4 4.8, 5.0 9.0, 5.6 13.6, 5.0 18.1, 3.5 21.7, 0.3 23.3, -3.8 23.1, -6.2 21.1, -6.4 17.2, -5.8 12.7, -5.5 7.2, -6.1 4.1',
    ),
    halfDepthMm: 5.8,
  },
  trapezoid: {
    outline: points(
      '7.2 4.1, 10.2 2.7, 13.8 3.2, 16.2 5.9, 15.9 10.0, 13.1 12.5, 9.3 12.0, 7.3 10.4, 6.4 7.2',
    ),
    halfDepthMm: 4.6,
  },
  trapezium: {
    outline: points(
      '15.7 1.6, 18.6 1.4, 20.6 3.6, 20.9 6.9, 23.4 9.6, 22.4 13.2, 19.3 14.8, 16.1 16.3, 13.3 14.9, 11.6 12.2, 12.4 9.2, 14.6 6.9, 15.3 4.1',
    ),
    halfDepthMm: 4.6,
  },
};

/** In a frame whose v points up the film: u = x, v = -y. */
const UPRIGHT: Frame = frameAt(0, 0, 0);
const upright = (points: readonly XY[]) => points.map(([x, y]) => [x, -y] as const);

function blockBone(name: string, block: Block, random: Random): Bone {
  const outline = smoothOutline(
    upright(block.outline.map(([x, y]) => [x + random.normal(0, 0.18), y + random.normal(0, 0.18)] as const)),
  );
  const along = (value: number) => new Float32Array(outline.count).fill(value);
  return {
    name,
    outline,
    frame: UPRIGHT,
    cortexMm: along(block.cortexMm ?? 0.5),
    insetMm: farSide(outline, block.insetMm ?? 0.8, random),
    rimMm: along(block.rimMm ?? Math.min(3.4, block.halfDepthMm)),
    halfDepthMm: constantProfile(block.halfDepthMm),
    halfWidthMm: constantProfile(6),
    trabecular: constantProfile(block.density ?? 0.2),
    textureContrast: 0.3,
    honeycomb: constantProfile(1),
  };
}

/** A block seen at an angle: its far side shows inside the outline on one side, and meets it on the other. */
function farSide({ x, y, count }: Outline, insetMm: number, random: Random): Float32Array {
  const cx = x.reduce((sum, value) => sum + value, 0) / count;
  const cy = y.reduce((sum, value) => sum + value, 0) / count;
  const towards = random.uniform(0, 2 * Math.PI);
  return x.map((u, i) => insetMm * (1 + Math.cos(Math.atan2(y[i]! - cy, u - cx) - towards)));
}

/** What was drawn is the bright contour; cartilage leaves less than 2 mm between the bones. */
const GROWN_MM = 0.95;

function grown(outline: readonly XY[]): XY[] {
  const cx = outline.reduce((sum, [x]) => sum + x, 0) / outline.length;
  const cy = outline.reduce((sum, [, y]) => sum + y, 0) / outline.length;
  return outline.map(([x, y]) => {
    const stretch = 1 + GROWN_MM / Math.max(1, Math.hypot(x - cx, y - cy));
    return [cx + (x - cx) * stretch, cy + (y - cy) * stretch - 0.4] as const;
  });
}

export const carpalBones = (random: Random): Bone[] =>
  Object.entries(CARPALS).map(([name, block]) =>
    blockBone(name, { ...block, outline: grown(block.outline) }, random),
  );

export function sesamoid(name: string, x: number, y: number, radiusMm: number, random: Random): Bone {
  const outline = ellipse(x, y, radiusMm, radiusMm * random.uniform(1, 1.25), random.uniform(-40, 40));
  return blockBone(
    name,
    { outline, halfDepthMm: radiusMm, rimMm: radiusMm, cortexMm: 0.4, insetMm: 0 },
    random,
  );
}
