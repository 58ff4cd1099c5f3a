import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

const draw = (count: number, next: () => number) => Array.from({ length: count }, next);

test('a seed gives the same numbers again, another seed gives others', () => {
  const numbers = (seed: number) => {
    const random = createRandom(seed);
    return draw(8, () => random.uniform(0, 1));
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});

test('what one part of the film draws does not shift the numbers of another', () => {
  const idle = createRandom(7);
  const busy = createRandom(7);
  draw(100, () => busy.uniform(0, 1));
  draw(100, () => busy.fork('marker').uniform(0, 1));
  expect(busy.fork('left').uniform(0, 1)).toBe(idle.fork('left').uniform(0, 1));
});

test('no gaussian draw is a freak: all lie within three standard deviations', () => {
  const random = createRandom(1);
  const drawn = draw(20_000, () => random.normal(10, 2));
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(4);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(16);
  expect(drawn.reduce((sum, one) => sum + one, 0) / drawn.length).toBeCloseTo(10, 1);
});
