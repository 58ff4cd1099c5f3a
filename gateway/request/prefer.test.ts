import { expect, test } from 'vitest';
import { readWait } from './prefer.ts';

test.each([
  [undefined, 10],
  ['', 10],
  ['wait=2.5', 2.5],
  ['WAIT = 3', 3],
  ['wait="4"', 4],
  ['wait=0.001', 0.001],
  ['wait=.5', 0.5],
  ['wait=60', 60],
  ['wait=5; strict', 5],
  ['respond-async, wait=7', 7],
  ['note="a, wait=1", wait=8', 8],
  ['wait=9, wait=1', 9],
  ['return=minimal', 10],
  [';;;=,', 10],
  ['waiting=1', 10],
])('Prefer: %s waits %d s', (header, seconds) => {
  expect(readWait(header)).toBe(seconds);
});

test.each([
  'wait',
  'wait=',
  'wait=soon',
  'wait=-1',
  'wait=0',
  'wait=0.0009',
  'wait=60.001',
  'wait=1e1',
  'wait=0x10',
  'wait=Infinity',
  'wait=1 s',
  'wait=1.',
])('Prefer: %s is nonsense', (header) => {
  expect(() => readWait(header)).toThrow(expect.objectContaining({ code: 'bad-prefer' }));
});
