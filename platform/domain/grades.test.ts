import { expect, test } from 'vitest';
import { gradeOfPercent, isDoubtful, medianGrade } from './grades.ts';

test('percent maps to the Ratingen grade as SCQM does: none is 0, up to 20 is 1, above 80 is 5', () => {
  expect([0, 5, 20, 25, 40, 60, 80, 85, 100].map(gradeOfPercent)).toEqual([0, 1, 1, 2, 2, 3, 4, 5, 5]);
});

test('the score is the median of the probabilities, not the most likely grade', () => {
  expect(medianGrade([0.4, 0.2, 0.4, 0, 0, 0])).toBe(1);
  expect(medianGrade([1, 0, 0, 0, 0, 0])).toBe(0);
  expect(medianGrade([0, 0, 0, 0, 0, 1])).toBe(5);
});

test('a score is doubtful where percent and grade differ by more than one, or no grade stands out', () => {
  expect(isDoubtful([0.9, 0.1, 0, 0, 0, 0], 0)).toBe(false);
  expect(isDoubtful([0.9, 0.1, 0, 0, 0, 0], 50)).toBe(true);
  expect(isDoubtful([0.2, 0.2, 0.2, 0.2, 0.1, 0.1], 50)).toBe(true);
});
