/** Adds a bone to the film's map of mineral: millimetres of solid cortex that the beam passes through. */
import { type Bone, toHand } from '../bones/bone.ts';
import { shareLeft } from '../bones/bone-erosion.ts';
import { at } from '../bones/profile.ts';
import type { Random } from '../random.ts';
import { distanceField } from './distance-field.ts';
import { sample, type Texture } from './noise.ts';

/** A float per pixel of the film, row-major. */
export type FilmMap = { width: number; height: number; values: Float32Array };

/** From the hand's frame (mm) to pixels of the film, fingers up: a turn, a scale and a shift. */
export type Placement = { pixelsPerMm: number; cos: number; sin: number; x: number; y: number };

export const toFilm = ({ pixelsPerMm, cos, sin, x, y }: Placement, hx: number, hy: number) => ({
  x: x + pixelsPerMm * (hx * cos - hy * sin),
  y: y + pixelsPerMm * (hx * sin + hy * cos),
});

export type BoneTextures = { strands: Texture; honeycomb: Texture; ragged: Texture; texelMm: number };

const MARGIN_PX = 2;

export function addBone(
  map: FilmMap,
  bone: Bone,
  placement: Placement,
  textures: BoneTextures,
  random: Random,
): void {
  const { outline, frame } = bone;
  const xs = new Float32Array(outline.count);
  const ys = new Float32Array(outline.count);
  let [left, top, right, bottom] = [1e9, 1e9, -1e9, -1e9];
  for (let i = 0; i < outline.count; i++) {
    const hand = toHand(frame, outline.x[i]!, outline.y[i]!);
    const film = toFilm(placement, hand.x, hand.y);
    xs[i] = film.x;
    ys[i] = film.y;
    left = Math.min(left, film.x);
    right = Math.max(right, film.x);
    top = Math.min(top, film.y);
    bottom = Math.max(bottom, film.y);
  }
  const x0 = Math.max(0, Math.floor(left) - MARGIN_PX);
  const y0 = Math.max(0, Math.floor(top) - MARGIN_PX);
  const width = Math.min(map.width, Math.ceil(right) + MARGIN_PX) - x0;
  const height = Math.min(map.height, Math.ceil(bottom) + MARGIN_PX) - y0;
  if (width <= 0 || height <= 0) return;
  for (let i = 0; i < outline.count; i++) {
    xs[i]! -= x0;
    ys[i]! -= y0;
  }
  const field = distanceField(xs, ys, width, height);

  // Pixels back to the bone's own frame: an affine map, stepped along the row.
  const mmPerPixel = 1 / placement.pixelsPerMm;
  const toU = { perX: 0, perY: 0 };
  const toV = { perX: 0, perY: 0 };
  const [cos, sin] = [placement.cos * mmPerPixel, placement.sin * mmPerPixel];
  toU.perX = -cos * frame.dirY - sin * frame.dirX;
  toU.perY = -sin * frame.dirY + cos * frame.dirX;
  toV.perX = cos * frame.dirX - sin * frame.dirY;
  toV.perY = sin * frame.dirX + cos * frame.dirY;
  const origin = toFilm(placement, frame.x, frame.y);
  const shiftX = random.uniform(0, 400);
  const shiftY = random.uniform(0, 400);
  const perTexel = 1 / textures.texelMm;
  // Where an outline cuts through a pixel, that pixel holds half of it: start a little outside.
  const edgeMm = 0.3 * mmPerPixel;

  for (let py = 0; py < height; py++) {
    const dy = py + y0 + 0.5 - origin.y;
    for (let px = 0; px < width; px++) {
      const where = py * width + px;
      const depthMm = field.depth[where]! * mmPerPixel + edgeMm;
      if (depthMm <= 0) continue;
      const i = field.nearest[where]!;
      const dx = px + x0 + 0.5 - origin.x;
      const u = dx * toU.perX + dy * toU.perY;
      const v = dx * toV.perX + dy * toV.perY;
      const halfWidth = at(bone.halfWidthMm, v);
      const fan = 5 / Math.max(2.5, halfWidth);
      const honeycomb = at(bone.honeycomb, v);
      const strands = sample(textures.strands, u * fan * perTexel + shiftX, v * perTexel + shiftY);
      const cells = sample(textures.honeycomb, u * perTexel + shiftY, v * perTexel + shiftX);
      const texture = strands * (1 - honeycomb) + cells * honeycomb;
      const medulla = at(bone.trabecular, v) * Math.max(0.15, 1 + bone.textureContrast * texture);
      const cortex = bone.cortexMm[i]!;
      const half = at(bone.halfDepthMm, v);
      const rim = Math.min(bone.rimMm[i]!, Math.max(halfWidth, 1));
      const inset = bone.insetMm[i]!;
      let mineral = shell(depthMm, half, rim, cortex, medulla);
      if (inset > 0.05) mineral = 0.5 * mineral + 0.5 * shell(depthMm - inset, half, rim, cortex, medulla);
      if (bone.erosion) {
        const ragged = sample(textures.ragged, u * perTexel + shiftX, v * perTexel + shiftX);
        mineral *= shareLeft(bone.erosion, u, v, ragged);
      }
      const target = (py + y0) * map.width + px + x0;
      map.values[target]! += mineral;
    }
  }
}

/**
 * Cortex in front and behind, medulla between, of a body that is round at its rim:
 * the chord at depth d below the outline is 2·half·√(t(2−t)) with t = d / rim.
 */
function shell(depthMm: number, half: number, rim: number, cortex: number, medulla: number): number {
  if (depthMm <= 0) return 0;
  const t = depthMm < rim ? depthMm / rim : 1;
  const whole = 2 * half * Math.sqrt(t * (2 - t));
  const inner = depthMm - cortex;
  if (inner <= 0) return whole;
  const innerRim = Math.max(rim - cortex, 0.4);
  const s = inner < innerRim ? inner / innerRim : 1;
  const hollow = Math.min(whole, 2 * Math.max(0, half - cortex) * Math.sqrt(s * (2 - s)));
  return whole - hollow + medulla * hollow;
}
