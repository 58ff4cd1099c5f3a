import { expect, test } from 'vitest';
import { span } from './testing/made-up-spans.ts';
import { waterfallOf } from './waterfall.ts';

test('children stand below their parent in the order in which they began, at their share of the time', () => {
  const { rows, durationMs } = waterfallOf([
    span('late', 'root', { start: 150, end: 200 }),
    span('root', 'the caller', { start: 100, end: 200 }),
    span('early', 'root', { start: 100, end: 125 }),
    span('within', 'early', { start: 110, end: 120 }),
  ]);
  expect(durationMs).toBe(100);
  expect(rows.map(({ span, depth, left, width }) => [span.spanId, depth, left, width])).toEqual([
    ['root', 0, 0, 100],
    ['early', 1, 0, 25],
    ['within', 2, 10, 10],
    ['late', 1, 50, 50],
  ]);
});
