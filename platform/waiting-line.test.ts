import { expect, test } from 'vitest';
import { createWaitingLine } from './waiting-line.ts';

const patient = new AbortController().signal;

test('so many have their turn, the next is let in by who leaves, in order of arrival', async () => {
  const line = createWaitingLine(2);
  expect(line.isEmpty).toBe(true);
  const [first, second] = await Promise.all([line.enter(patient), line.enter(patient)]);
  const order: string[] = [];
  const third = line.enter(patient).then((leave) => {
    order.push('third');
    return leave;
  });
  const fourth = line.enter(patient).then((leave) => {
    order.push('fourth');
    return leave;
  });
  first();
  // Leaving twice lets nobody else in.
  first();
  await third;
  expect(order).toEqual(['third']);
  second();
  await fourth;
  expect(order).toEqual(['third', 'fourth']);
  (await third)();
  (await fourth)();
  expect(line.isEmpty).toBe(true);
});

test('who is wanted no longer leaves the line, and takes nobody’s turn', async () => {
  const line = createWaitingLine(1);
  const leave = await line.enter(patient);
  const hungUp = new AbortController();
  const gone = line.enter(hungUp.signal);
  hungUp.abort();
  (await gone)();
  const next = line.enter(patient);
  leave();
  (await next)();
  expect(line.isEmpty).toBe(true);
});
