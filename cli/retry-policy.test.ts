import { expect, test } from 'vitest';
import { isTransient, retryDelayMs } from './retry-policy.ts';

const problem = (status: number) =>
  ({ kind: 'refused', status, problem: { type: '/problems/x', title: 'x', status } }) as const;

test('what the mesh may do better next time is tried again; what the film is, is not', () => {
  expect([429, 500, 503, 504].every((status) => isTransient(problem(status)))).toBe(true);
  expect([0, 400, 413, 415, 422].some((status) => isTransient(problem(status)))).toBe(false);
});

test('a wait is never shorter than the gateway asked for', () => {
  for (let tries = 1; tries < 8; tries++) {
    expect(retryDelayMs(tries, 7, () => 0)).toBeGreaterThanOrEqual(7000);
  }
});

test('without a wish of the gateway waits double, up to a limit', () => {
  expect([1, 2, 3, 10].map((tries) => retryDelayMs(tries, undefined, () => 0))).toEqual([
    500, 1000, 2000, 15_000,
  ]);
});
