import { expect, test } from 'vitest';
import { greyLevelsOf, requireGreyLevels } from './grey-levels.ts';

/** A black background of half the image, and as many levels as asked for, evenly. */
const film = (levels: number) => {
  const pixels = Uint8Array.from({ length: 60_000 }, (_, index) =>
    index < 30_000 ? 0 : 1 + Math.floor((index % levels) * (254 / levels)),
  );
  return { width: 200, height: 300, pixels };
};

test('a background counts for no level, nor do rare ones', () => {
  expect(greyLevelsOf(film(7))).toBe(7);
  const { pixels } = film(7);
  for (let index = 30_000; index < 30_200; index++) pixels[index] = index % 256;
  expect(greyLevelsOf({ pixels })).toBe(7);
  expect(greyLevelsOf({ pixels: new Uint8Array(1000) })).toBe(0);
});

test.each([
  [200, 8, true],
  [28, 8, true],
  [15, 8, false],
  [2, 8, false],
  [200, 4, false],
  [200, 1, false],
  [200, 16, true],
])('a film of %d levels from a file of %d bits is scored: %s', (levels, bitsPerSample, isScored) => {
  const check = () => requireGreyLevels({ canonical: film(levels), bitsPerSample });
  if (isScored) expect(check).not.toThrow();
  else expect(check).toThrow(/8 bits of grey/);
});
