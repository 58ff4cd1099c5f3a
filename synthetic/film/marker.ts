/** What lies on the film beside the hand: the lead letters of the side, and the collimator's border. */

import type { Random } from '../random.ts';
import type { FilmMap } from './bone-mineral.ts';

type Stroke = readonly (readonly [number, number])[];

/** Letters as strokes in a box 0.7 wide and 1 high, y down. */
const LETTERS: Record<string, readonly Stroke[]> = {
  L: [
    [
      [0, 0],
      [0, 1],
      [0.6, 1],
    ],
  ],
  R: [
    [
      [0, 1],
      [0, 0],
      [0.45, 0],
      [0.62, 0.14],
      [0.62, 0.36],
      [0.45, 0.5],
      [0, 0.5],
    ],
    [
      [0.3, 0.5],
      [0.65, 1],
    ],
  ],
  A: [
    [
      [0, 1],
      [0.33, 0],
      [0.66, 1],
    ],
    [
      [0.13, 0.62],
      [0.53, 0.62],
    ],
  ],
  E: [
    [
      [0.6, 0],
      [0, 0],
      [0, 1],
      [0.6, 1],
    ],
    [
      [0, 0.5],
      [0.5, 0.5],
    ],
  ],
  H: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.6, 0],
      [0.6, 1],
    ],
    [
      [0, 0.5],
      [0.6, 0.5],
    ],
  ],
  K: [
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0.6, 0],
      [0, 0.55],
    ],
    [
      [0.2, 0.4],
      [0.63, 1],
    ],
  ],
  M: [
    [
      [0, 1],
      [0, 0],
      [0.35, 0.6],
      [0.7, 0],
      [0.7, 1],
    ],
  ],
  N: [
    [
      [0, 1],
      [0, 0],
      [0.6, 1],
      [0.6, 0],
    ],
  ],
  T: [
    [
      [0, 0],
      [0.66, 0],
    ],
    [
      [0.33, 0],
      [0.33, 1],
    ],
  ],
  V: [
    [
      [0, 0],
      [0.33, 1],
      [0.66, 0],
    ],
  ],
};
const INITIALS = 'AEHKMNTV';

const LEAD = 3;
const PLASTIC = 0.05;

/**
 * Adds the letter of the side on its plastic plate where no hand lies; sometimes none.
 * @param lead extra attenuation per pixel, added to
 * @param mirrored whether the film will be mirrored, so that the letter still reads
 */
export function addMarker(
  lead: Float32Array,
  soft: FilmMap,
  side: 'L' | 'R',
  mirrored: boolean,
  spacingMm: number,
  random: Random,
): void {
  if (random.chance(0.2)) return;
  const letterMm = random.uniform(7, 12);
  const plateW = letterMm * random.uniform(1.25, 1.6);
  const plateH = letterMm * random.uniform(2, 2.5);
  const halfDiagonalMm = Math.hypot(plateW, plateH) / 2;
  const place = findRoom(soft, halfDiagonalMm / spacingMm, random);
  if (!place) return;
  const tilt = (random.normal(0, 9) * Math.PI) / 180;
  const second = Array.from({ length: 2 }, () => INITIALS[random.index(INITIALS.length)]!).join('');
  const strokes: { points: Stroke; halfWidth: number }[] = [];
  const put = (text: string, heightMm: number, topMm: number) => {
    const widthMm = (text.length * 0.95 - 0.3) * heightMm;
    [...text].forEach((letter, k) => {
      for (const stroke of LETTERS[letter]!) {
        const points = stroke.map(
          ([sx, sy]) => [(sx + k * 0.95) * heightMm - widthMm / 2, sy * heightMm + topMm] as const,
        );
        strokes.push({ points, halfWidth: heightMm * 0.1 });
      }
    });
  };
  put(side, letterMm, -plateH / 2 + letterMm * 0.3);
  if (random.chance(0.75)) put(second, letterMm * 0.42, plateH / 2 - letterMm * 0.62);

  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const radius = Math.ceil(halfDiagonalMm / spacingMm) + 1;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const px = Math.floor(place.x) + dx;
      const py = Math.floor(place.y) + dy;
      if (px < 0 || py < 0 || px >= soft.width || py >= soft.height) continue;
      const ux = (mirrored ? -dx : dx) * spacingMm;
      const uy = dy * spacingMm;
      const x = ux * cos + uy * sin;
      const y = -ux * sin + uy * cos;
      const outside = Math.max(Math.abs(x) - plateW / 2, Math.abs(y) - plateH / 2);
      if (outside > 0) continue;
      let nearest = 1e9;
      for (const { points, halfWidth } of strokes)
        nearest = Math.min(nearest, strokeDistance(points, x, y) - halfWidth);
      const i = py * soft.width + px;
      lead[i]! +=
        PLASTIC * (outside > -0.5 ? 1.8 : 1) + LEAD * Math.max(0, Math.min(1, 0.5 - nearest / spacingMm));
    }
  }
}

/** A place where the plate covers no skin; undefined when the hand fills the film. */
function findRoom(soft: FilmMap, radiusPx: number, random: Random): { x: number; y: number } | undefined {
  const clear = radiusPx * 1.1;
  for (let attempt = 0; attempt < 60; attempt++) {
    // Beside the wrist and in the upper corners lies the room that films use.
    const x = random.chance(0.6)
      ? random.uniform(clear, soft.width * 0.28)
      : random.uniform(soft.width * 0.72, soft.width - clear);
    const y = random.uniform(clear, soft.height - clear);
    if (x < clear || x > soft.width - clear) continue;
    let free = true;
    for (let k = 0; k < 48 && free; k++) {
      const angle = (k % 16) * (Math.PI / 8);
      const r = (clear * (1 + Math.floor(k / 16))) / 3;
      const px = Math.floor(x + r * Math.cos(angle));
      const py = Math.floor(y + r * Math.sin(angle));
      free =
        px >= 0 && py >= 0 && px < soft.width && py < soft.height && soft.values[py * soft.width + px] === 0;
    }
    if (free) return { x, y };
  }
  return undefined;
}

function strokeDistance(points: Stroke, x: number, y: number): number {
  let best = 1e9;
  for (let k = 0; k + 1 < points.length; k++) {
    const [ax, ay] = points[k]!;
    const [bx, by] = points[k + 1]!;
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    best = Math.min(best, Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y));
  }
  return best;
}

/** Unexposed edges where the collimator cuts the beam; on some films, and not on every side. */
export function addCollimation(
  lead: Float32Array,
  width: number,
  height: number,
  spacingMm: number,
  random: Random,
): void {
  if (random.chance(0.6)) return;
  const attenuation = random.uniform(0.8, 3.5);
  const penumbra = random.uniform(0.3, 0.9);
  const edges = Array.from({ length: 4 }, () => (random.chance(0.6) ? random.uniform(1.5, 6) : -5));
  const [left, right, top, bottom] = edges as [number, number, number, number];
  for (let y = 0, i = 0; y < height; y++) {
    const fromTop = (y + 0.5) * spacingMm - top;
    const fromBottom = (height - y - 0.5) * spacingMm - bottom;
    for (let x = 0; x < width; x++, i++) {
      const inside = Math.min(
        fromTop,
        fromBottom,
        (x + 0.5) * spacingMm - left,
        (width - x - 0.5) * spacingMm - right,
      );
      if (inside > penumbra) continue;
      lead[i]! += attenuation * Math.min(1, Math.max(0, 0.5 - inside / (2 * penumbra)));
    }
  }
}
