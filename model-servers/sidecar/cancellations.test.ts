import { expect, test } from 'vitest';
import { createCancellations } from './cancellations.ts';

test('work in hand is aborted when its request is cancelled, and no other work is', () => {
  const cancellations = createCancellations();
  const mine = cancellations.follow('a');
  const other = cancellations.follow('b');
  cancellations.cancel('a', Date.now() + 1000);
  expect(mine.signal.aborted).toBe(true);
  expect(other.signal.aborted).toBe(false);
});

test('a crop that comes after the cancel of its request is not begun', () => {
  const cancellations = createCancellations();
  cancellations.cancel('a', Date.now() + 1000);
  expect(cancellations.isCancelled('a')).toBe(true);
  expect(cancellations.follow('a').signal.aborted).toBe(true);
});

test('cancelled ids are forgotten after their deadline, so memory stays bounded', () => {
  let now = 0;
  const cancellations = createCancellations(() => now);
  for (let id = 0; id < 1000; id++) cancellations.cancel(`old-${id}`, 10);
  now = 20;
  cancellations.cancel('new', 100);
  expect(cancellations.isCancelled('old-5')).toBe(false);
  expect(cancellations.isCancelled('new')).toBe(true);
});
