import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBatchQueue } from './batch-queue.ts';

const request = (samples: number, enqueuedNs = 0n) => ({ samples, enqueuedNs });
const queueOf = (limits: Partial<Parameters<typeof createBatchQueue>[0]> = {}) =>
  createBatchQueue({ maxBatch: 8, capacity: 16, maxDelayNs: 0n, ...limits });

test('the oldest requests that fit together are taken, whole and in order', () => {
  const queue = queueOf();
  const [a, b, c, d] = [request(3), request(4), request(2), request(1)];
  for (const each of [a, b, c, d]) queue.add(each);
  expect(queue.take()).toEqual([a, b]);
  expect(queue.take()).toEqual([c, d]);
  expect(queue.take()).toEqual([]);
});

test('it takes no more samples than it has room for, and a place freed is a place again', () => {
  const queue = queueOf({ capacity: 4 });
  const first = request(3);
  expect(queue.add(first)).toBe(true);
  expect(queue.add(request(2))).toBe(false);
  expect(queue.add(request(1))).toBe(true);
  queue.remove(first);
  expect(queue.add(request(3))).toBe(true);
});

test('a request larger than the whole queue is taken when nothing else waits', () => {
  expect(queueOf({ capacity: 2 }).add(request(8))).toBe(true);
});

test('a batch is due when its oldest request has waited long enough, or at once when it is full', () => {
  const queue = queueOf({ maxDelayNs: 1000n });
  expect(queue.dueNs()).toBeUndefined();
  queue.add(request(1, 50n));
  queue.add(request(1, 70n));
  expect(queue.dueNs()).toBe(1050n);
  queue.add(request(6, 90n));
  expect(queue.dueNs()).toBe(50n);
});

test('removing what was taken already changes nothing', () => {
  const queue = queueOf();
  const taken = request(2);
  queue.add(taken);
  queue.add(request(7));
  expect(queue.take()).toEqual([taken]);
  queue.remove(taken);
  expect(queue.size()).toBe(7);
});

test('whatever is added and removed: every request leaves once, in order, in batches that fit', () => {
  const act = fc.oneof(
    fc.integer({ min: 1, max: 8 }).map((samples) => ({ samples })),
    fc.constant('take' as const),
    fc.nat(20).map((remove) => ({ remove })),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const queue = queueOf();
      const expected: ReturnType<typeof request>[] = [];
      for (const each of acts) {
        if (each === 'take') {
          const batch = queue.take();
          expect(batch).toEqual(expected.splice(0, batch.length));
          const samples = batch.reduce((sum, one) => sum + one.samples, 0);
          expect(samples).toBeLessThanOrEqual(8);
          if (expected[0]) expect(samples + expected[0].samples).toBeGreaterThan(8);
        } else if ('remove' in each) {
          const gone = expected[each.remove];
          if (!gone) continue;
          queue.remove(gone);
          expected.splice(each.remove, 1);
        } else {
          const added = request(each.samples);
          if (queue.add(added)) expected.push(added);
        }
        expect(queue.size()).toBe(expected.reduce((sum, one) => sum + one.samples, 0));
        expect(queue.size()).toBeLessThanOrEqual(16);
      }
    }),
  );
});
