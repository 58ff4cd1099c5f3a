import { expect, test } from 'vitest';
import { wantsEventStream } from './accept.ts';

test.each([
  [undefined, false],
  ['*/*', false],
  ['application/json', false],
  ['text/*', false],
  ['text/event-stream', true],
  ['Text/Event-Stream;q=0.5', true],
  ['application/json, text/event-stream', true],
  ['application/json;q=0.9, text/event-stream', true],
  ['application/json, text/event-stream;q=0.9', false],
  ['text/event-stream;q=0', false],
  ['text/event-stream;q=nonsense', false],
])('Accept: %s → events: %s', (accept, events) => {
  expect(wantsEventStream(accept)).toBe(events);
});
