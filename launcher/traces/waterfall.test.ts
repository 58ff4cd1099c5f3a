import { expect, test } from 'vitest';
import type { ReceivedSpan } from './otlp-spans.ts';
import { causeIn, waterfallOf } from './waterfall.ts';

const span = (
  spanId: string,
  parentSpanId: string,
  start: number,
  end: number,
  isError = false,
): ReceivedSpan => ({
  service: 'gateway',
  instance: 'gateway',
  traceId: 'a',
  spanId,
  parentSpanId,
  name: spanId,
  kind: 'internal',
  start,
  end,
  isError,
  attributes: {},
  links: [],
});

test('children stand below their parent in the order in which they began, at their share of the time', () => {
  const { rows, durationMs } = waterfallOf([
    span('late', 'root', 150, 200),
    span('root', 'the caller', 100, 200),
    span('early', 'root', 100, 125),
    span('within', 'early', 110, 120),
  ]);
  expect(durationMs).toBe(100);
  expect(rows.map(({ span, depth, left, width }) => [span.spanId, depth, left, width])).toEqual([
    ['root', 0, 0, 100],
    ['early', 1, 0, 25],
    ['within', 2, 10, 10],
    ['late', 1, 50, 50],
  ]);
});

test('the cause is the deepest span that failed', () => {
  const trace = [
    span('root', '', 0, 10, true),
    span('a', 'root', 1, 9, true),
    span('b', 'a', 2, 3),
    span('c', 'a', 4, 5, true),
  ];
  expect(causeIn(waterfallOf(trace))?.span.spanId).toBe('c');
  expect(causeIn(waterfallOf([span('root', '', 0, 1)]))).toBeUndefined();
});
