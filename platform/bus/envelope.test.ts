import { headers as createHeaders } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { open, seal } from './envelope.ts';

const CORRELATION_ID = '0123456789abcdef0123456789abcdef';

test('what is sealed is what is opened', () => {
  const now = 1_000_000;
  const envelope = { correlationId: CORRELATION_ID, deadline: now + 500, scoreTo: 'deepxray.scores.a' };
  expect(open(seal(envelope, now), now)?.envelope).toEqual(envelope);
});

test("a sender's fast or slow clock cannot stretch a deadline: the earlier of deadline and budget holds", () => {
  const senderNow = 1_000_000;
  const envelope = { correlationId: CORRELATION_ID, deadline: senderNow + 500 };
  const sealed = seal(envelope, senderNow);
  expect(open(sealed, senderNow - 60_000)?.envelope.deadline).toBe(senderNow - 60_000 + 500);
  expect(open(sealed, senderNow + 300)?.envelope.deadline).toBe(senderNow + 500);
});

test('a message without a sound correlation id, deadline or budget is not opened', () => {
  expect(open(undefined)).toBeUndefined();
  for (const [name, value] of [
    ['correlation-id', 'short'],
    ['deadline', 'soon'],
    ['budget-ms', '-1'],
    ['budget-ms', '1e9'],
  ] as const) {
    const sealed = seal({ correlationId: CORRELATION_ID, deadline: Date.now() + 500 });
    sealed.set(name, value);
    expect(open(sealed), `${name}: ${value}`).toBeUndefined();
  }
  expect(open(createHeaders())).toBeUndefined();
});
