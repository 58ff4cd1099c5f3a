/** One left hand on its own piece of film: thickness of soft tissue and of mineral, pixel by pixel. */
import type { JointName } from '../../platform/domain/joints.ts';
import { createHand, type Hand } from '../anatomy.ts';
import type { Random } from '../random.ts';
import { addBone, type BoneTextures, type FilmMap, type Placement, toFilm } from './bone-mineral.ts';
import { bandNoise, sample, smoothNoise } from './noise.ts';
import { tissueAt, tissueGrid } from './soft-tissue.ts';

export type HandMaps = { hand: Hand; placement: Placement; soft: FilmMap; mineral: FilmMap };

const TEXEL_MM = 0.12;
const TEXTURE_SIDE = 320;

export function handMaps(
  {
    percentOf,
    missingFingers,
    spacingMm,
  }: { percentOf: (joint: JointName) => number; missingFingers: readonly number[]; spacingMm: number },
  random: Random,
): HandMaps {
  const body = random.fork('body');
  const scale = body.uniform(0.85, 1.1);
  const tiltDeg = Math.max(-8, Math.min(8, body.normal(0, 3.5)));
  const plump = body.uniform(0.93, 1.08);
  const hand = createHand(percentOf, missingFingers, random.fork('hand'));
  const { placement, width, height } = placeOnFilm(
    hand,
    scale / spacingMm,
    (tiltDeg * Math.PI) / 180,
    random.fork('film'),
  );
  return {
    hand,
    placement,
    mineral: mineralMap(hand, placement, width, height, random.fork('bone')),
    soft: softMap(hand, plump, scale, placement, width, height, random.fork('tissue')),
  };
}

/** The film is as large as the hand needs with margins, as a radiographer collimates. */
function placeOnFilm(hand: Hand, pixelsPerMm: number, tilt: number, random: Random) {
  const turn = { pixelsPerMm, cos: Math.cos(tilt), sin: Math.sin(tilt), x: 0, y: 0 };
  const skinMm = 12;
  const reach = [
    ...hand.rays.flatMap(({ mcp, points, amputated }) => (amputated ? [mcp] : [mcp, ...points])),
    { x: -28, y: 40 },
    { x: 24, y: 40 },
  ];
  const xs = reach.map(({ x, y }) => toFilm(turn, x, y).x);
  const ys = reach.map(({ x, y }) => toFilm(turn, x, y).y);
  const margin = () => (skinMm + random.uniform(6, 24)) * pixelsPerMm;
  const left = Math.min(...xs) - margin();
  const right = Math.max(...xs) + margin();
  const top = Math.min(...ys) - margin();
  const bottom = toFilm(turn, -4, 32).y + random.uniform(36, 62) * pixelsPerMm;
  return {
    placement: { ...turn, x: -left, y: -top },
    width: Math.round(right - left),
    height: Math.round(bottom - top),
  };
}

function mineralMap(
  hand: Hand,
  placement: Placement,
  width: number,
  height: number,
  random: Random,
): FilmMap {
  const map = { width, height, values: new Float32Array(width * height) };
  const textures: BoneTextures = {
    texelMm: TEXEL_MM,
    strands: bandNoise(TEXTURE_SIDE, { fine: 1.3, coarse: 3.6, stretch: 5, network: false }, random),
    honeycomb: bandNoise(TEXTURE_SIDE, { fine: 1.7, coarse: 4.2, stretch: 1.5, network: true }, random),
    ragged: smoothNoise(TEXTURE_SIDE, 4, random),
  };
  for (const bone of hand.bones) addBone(map, bone, placement, textures, random.fork(bone.name));
  return map;
}

function softMap(
  hand: Hand,
  plump: number,
  scale: number,
  placement: Placement,
  width: number,
  height: number,
  random: Random,
): FilmMap {
  const { pixelsPerMm, cos, sin, x, y } = placement;
  const back = (px: number, py: number) => {
    const dx = (px - x) / pixelsPerMm;
    const dy = (py - y) / pixelsPerMm;
    return [dx * cos + dy * sin, -dx * sin + dy * cos] as const;
  };
  const corners = [back(0, 0), back(width, 0), back(0, height), back(width, height)];
  const bounds = [
    Math.min(...corners.map(([cx]) => cx)),
    Math.min(...corners.map(([, cy]) => cy)),
    Math.max(...corners.map(([cx]) => cx)),
    Math.max(...corners.map(([, cy]) => cy)),
  ] as const;
  const grid = tissueGrid(hand, plump, bounds);
  // Muscle, fat and tendons: uneven on the scale of a centimetre, and finely along the hand.
  const lumps = smoothNoise(128, 5, random);
  const fibres = bandNoise(128, { fine: 1.6, coarse: 5, stretch: 4, network: false }, random);
  const map = { width, height, values: new Float32Array(width * height) };
  const [stepX, stepY] = [cos / pixelsPerMm, -sin / pixelsPerMm];
  for (let py = 0, i = 0; py < height; py++) {
    let [hx, hy] = back(0.5, py + 0.5);
    for (let px = 0; px < width; px++, i++, hx += stepX, hy += stepY) {
      const square = tissueAt(grid, hx, hy);
      if (square <= 0) continue;
      const texture =
        1 + 0.025 * sample(lumps, hx * 1.3, hy * 1.3) + 0.012 * sample(fibres, hx * 1.8, hy * 1.8);
      map.values[i] = 2 * Math.sqrt(square) * texture * scale;
    }
  }
  return map;
}
