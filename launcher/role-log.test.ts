import { expect, test } from 'vitest';
import { shownOf, shownOfNats } from './role-log.ts';

const line = (fields: object) => JSON.stringify(fields);

test('a warning is shown in one line with its reason and its trace', () => {
  const warning = line({
    level: 'warn',
    msg: 'asked again',
    err: { message: 'no reply\nat …' },
    traceId: 'abc',
  });
  expect(shownOf(warning, false)).toEqual({ text: 'asked again — no reply — traceId abc', tone: 'warning' });
});

test('what is routine is shown on request only', () => {
  const routine = line({ level: 'info', msg: 'scored' });
  expect(shownOf(routine, false)).toBeUndefined();
  expect(shownOf(routine, true)).toEqual({ text: 'scored', tone: 'quiet' });
});

test('what the runtime itself says, as before a crash, is never lost', () => {
  expect(shownOf('FATAL ERROR: heap out of memory', false)?.text).toBe('FATAL ERROR: heap out of memory');
});

test("nats-server's warnings are shown without its prefix", () => {
  const warning = '[12] 2026/01/01 00:00:00.000000 [WRN] Slow consumer';
  expect(shownOfNats(warning, false)).toEqual({ text: 'Slow consumer', tone: 'warning' });
  expect(shownOfNats('[12] 2026/01/01 00:00:00.000000 [INF] Server is ready', false)).toBeUndefined();
});
