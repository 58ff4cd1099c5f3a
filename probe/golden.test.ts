import { expect, test } from 'vitest';
import { goldenOf, shiftBetween } from './golden.ts';

const joint = (probabilities: number[], version = '1') => ({
  score: 0,
  probabilities,
  model: { name: 'joint-scoring', version },
});
const golden = goldenOf({ joints: { mcp1: joint([0.9, 0.1]), pip2: joint([0.5, 0.5]) } });

test('the same answer is no shift', () => {
  expect(shiftBetween(golden, golden)).toBe(0);
});

test('the shift is the largest difference of a probability, though every score is the same', () => {
  const other = goldenOf({ joints: { mcp1: joint([0.9, 0.1]), pip2: joint([0.4, 0.6]) } });
  expect(shiftBetween(golden, other)).toBeCloseTo(0.1);
});

test('a joint that one of the two lacks is the largest shift there is', () => {
  expect(shiftBetween(golden, goldenOf({ joints: { mcp1: joint([0.9, 0.1]) } }))).toBe(1);
  expect(shiftBetween(goldenOf({ joints: {} }), golden)).toBe(1);
});

test('the golden answer names the models that gave it', () => {
  expect(golden.models).toEqual(['joint-scoring/1']);
});
