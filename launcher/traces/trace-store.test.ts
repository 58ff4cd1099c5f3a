import { expect, test } from 'vitest';
import { span } from './testing/made-up-spans.ts';
import { createTraceStore } from './trace-store.ts';

const ids = (store: ReturnType<typeof createTraceStore>) => store.latest().map(({ traceId }) => traceId);

test('the last two hundred requests are kept, the newest first', () => {
  const store = createTraceStore();
  for (let index = 0; index < 203; index++) store.add([span('root', '', { traceId: String(index) })]);
  expect(ids(store)).toHaveLength(200);
  expect(ids(store)[0]).toBe('202');
  expect(store.get('2')).toBeUndefined();
});

test('requests of very many spans push older ones out, and are cut off themselves', () => {
  const store = createTraceStore();
  for (const traceId of ['a', 'b', 'c', 'd']) {
    store.add(Array.from({ length: 21_000 }, (_, index) => span(String(index), '', { traceId })));
  }
  expect(ids(store)).toEqual(['d', 'c']);
  expect(store.get('d')?.spans).toHaveLength(20_000);
});
