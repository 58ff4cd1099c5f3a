import { expect, test } from 'vitest';
import { judgeDeath } from './restart-policy.ts';

const death = { exitCode: null, upMs: 50, everStarted: true, deathsInARow: 0 };

test('the first death is answered at once', () => {
  expect(judgeDeath(death)).toEqual({ again: true, afterMs: 0, deathsInARow: 1 });
});

test('deaths in a row are answered slower, but never slower than a second', () => {
  const delays = [];
  let deathsInARow = 0;
  for (let times = 0; times < 8; times++) {
    const verdict = judgeDeath({ ...death, deathsInARow });
    if (!verdict.again) throw new Error('a process that has been up is always started again');
    delays.push(verdict.afterMs);
    deathsInARow = verdict.deathsInARow;
  }
  expect(delays).toEqual([0, 100, 250, 500, 1000, 1000, 1000, 1000]);
});

test('a sound life wipes out earlier deaths', () => {
  expect(judgeDeath({ ...death, upMs: 60_000, deathsInARow: 5 })).toMatchObject({
    afterMs: 0,
    deathsInARow: 1,
  });
});

test('a process that never came up is given up after three starts', () => {
  const never = { ...death, everStarted: false };
  expect(judgeDeath({ ...never, deathsInARow: 1 }).again).toBe(true);
  expect(judgeDeath({ ...never, deathsInARow: 2 }).again).toBe(false);
});

test('wrong settings are not tried twice', () => {
  expect(judgeDeath({ ...death, exitCode: 2 }).again).toBe(false);
});
