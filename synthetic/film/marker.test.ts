import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import type { FilmMap } from './bone-mineral.ts';
import { addMarker } from './marker.ts';

const [WIDTH, HEIGHT, SPACING_MM] = [300, 400, 0.5];

/** Attenuation of the marker alone: lead is above 1, its plastic plate far below. */
function markerOn(soft: FilmMap, side: 'L' | 'R', mirrored: boolean, seed: number): Float32Array {
  const lead = new Float32Array(WIDTH * HEIGHT);
  addMarker(lead, soft, side, mirrored, SPACING_MM, createRandom(seed));
  return lead;
}

const film = (thicknessMm: (x: number) => number): FilmMap => ({
  width: WIDTH,
  height: HEIGHT,
  values: Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => thicknessMm(i % WIDTH)),
});
const AIR = film(() => 0);

const columns = (lead: Float32Array): number[] =>
  Array.from({ length: WIDTH }, (_, x) => {
    let dense = 0;
    for (let y = 0; y < HEIGHT; y++) if (lead[y * WIDTH + x]! > 1) dense++;
    return dense;
  });

/** A seed whose marker bears the letter of the side alone, all but upright. */
const PLAIN = 12;

test('an L stands with its stem on the left; on a film to be mirrored, on the right', () => {
  for (const [mirrored, stemOnLeft] of [
    [false, true],
    [true, false],
  ] as const) {
    const dense = columns(markerOn(AIR, 'L', mirrored, PLAIN));
    const [first, last] = [dense.findIndex(Boolean), dense.findLastIndex(Boolean)];
    const stem = dense.indexOf(Math.max(...dense));
    expect(stem < (first + last) / 2).toBe(stemOnLeft);
  }
});

test('the marker lies on air, never on the hand', () => {
  const hand = film((x) => (x > 90 ? 20 : 0));
  let placed = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const lead = markerOn(hand, 'R', false, seed);
    if (lead.some((value) => value > 1)) placed++;
    expect(lead.every((value, i) => value === 0 || hand.values[i] === 0)).toBe(true);
  }
  expect(placed).toBeGreaterThan(5);
});

test('no room, no marker', () => {
  const lead = markerOn(
    film(() => 20),
    'L',
    false,
    PLAIN,
  );
  expect(lead.every((value) => value === 0)).toBe(true);
});
