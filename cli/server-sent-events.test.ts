import { expect, test } from 'vitest';
import { serverSentEvents } from './server-sent-events.ts';

async function* bytes(text: string, size: number) {
  const all = new TextEncoder().encode(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

test('events come out whole, however the bytes are cut', async () => {
  const text =
    ': awake\n\nevent: joint\ndata: {"joint":"mcp1","ä":"–"}\n\nevent: completed\r\ndata: {"status":\r\ndata: 200}\r\n\r\n';
  for (let size = 1; size <= text.length; size++) {
    const events = [];
    for await (const event of serverSentEvents(bytes(text, size))) events.push(event);
    expect(events).toEqual([
      { event: 'joint', data: { joint: 'mcp1', ä: '–' } },
      { event: 'completed', data: { status: 200 } },
    ]);
  }
});
