import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openEventStream } from './event-stream.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('events are one block each, with a comment every 10 s while nothing comes, and none after the end', async () => {
  let text = '';
  const reply = {
    code: () => reply,
    headers: () => reply,
    send: (stream: Readable) => stream.setEncoding('utf8').on('data', (piece) => (text += piece)),
  };
  const events = openEventStream(reply as unknown as FastifyReply);
  events.send('joint', { joint: 'mcp1', note: 'two\nlines' });
  await vi.advanceTimersByTimeAsync(20_500);
  events.end();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(text).toBe(
    'event: joint\ndata: {"joint":"mcp1","note":"two\\nlines"}\n\n: the scoring goes on\n\n: the scoring goes on\n\n',
  );
  events.send('joint', {});
});
