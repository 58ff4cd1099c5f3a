import { expect, test } from 'vitest';
import { windowTo8Bit } from './window.ts';

test('12 bits kept in 16 fill the whole 8-bit range', () => {
  const film = Uint16Array.from({ length: 4096 }, (_, value) => value);
  const pixels = windowTo8Bit(film);
  expect(pixels[0]).toBe(0);
  expect(pixels.at(-1)).toBe(255);
  expect(Math.abs(pixels[2048]! - 128)).toBeLessThanOrEqual(1);
});

test('a lead marker that outshines the film does not set its contrast', () => {
  const film = new Uint16Array(100_000).map((_, index) => (index < 50 ? 65535 : index % 1000));
  expect(windowTo8Bit(film)[999]).toBeGreaterThan(250);
});

test('a film of one grey stays one grey', () => {
  const pixels = windowTo8Bit(new Uint16Array(1000).fill(7));
  expect(new Set(pixels).size).toBe(1);
});
