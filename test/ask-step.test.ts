/** Asking a step on a real nats-server while its pods, or the connection to the server, are away for a moment. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { askStep, type ReplyTime } from '#platform/bus/ask-step.ts';
import { type Bus, connectBus, type Served } from '#platform/bus/bus.ts';
import { queueGroupOf, SUBJECT } from '#platform/bus/subjects.ts';
import { ServiceTime } from '../orchestrator/service-time.ts';
import { type CuttableNats, startCuttableNats } from './harness/cuttable-nats.ts';
import { waitUntil } from './harness/wait-until.ts';

const STEP = 'joint-scoring';

let nats: CuttableNats;
let asker: Bus;
let pod: Bus;
beforeAll(async () => {
  nats = await startCuttableNats();
});
afterAll(() => nats?.stop());
let served: Served | undefined;
let statuses: string[];
/** Times that the step was asked, whatever came back. */
let tries: number;
beforeEach(async () => {
  statuses = [];
  tries = 0;
  const connected = (name: string, onStatus: (status: string) => void = () => undefined) =>
    connectBus({ url: nats.url, name, role: 'orchestrator', onStatus });
  const [one, other] = await Promise.all([
    connected('asker', (status) => statuses.push(status)),
    connected('pod'),
  ]);
  asker = {
    ...one,
    request(...message) {
      tries++;
      return one.request(...message);
    },
  };
  pod = other;
});
afterEach(async () => {
  await served?.drain();
  served = undefined;
  await Promise.all([asker.close(), pod.close()]);
});

const ask = (
  read: (reply: Uint8Array) => { answer: string } | undefined = () => ({ answer: 'taken' }),
  waiting: { replyWithinMs: number; replyTime?: ReplyTime } = { replyWithinMs: 20_000 },
) =>
  askStep({
    bus: asker,
    step: STEP,
    payload: new Uint8Array(),
    envelope: { correlationId: '0'.repeat(32), deadline: Date.now() + 30_000 },
    signal: new AbortController().signal,
    ...waiting,
    read,
  });

function serve(afterMs = () => 0): void {
  const settings = { queueGroup: queueGroupOf(STEP), onError: () => undefined };
  served = pod.serve(SUBJECT.work(STEP), settings, async (incoming) => {
    await delay(afterMs());
    incoming.respond(new Uint8Array());
  });
}

test('a step whose last pod is away for a moment is waited for', async () => {
  const asked = ask();
  await waitUntil('it was asked in vain', () => tries > 3, { within: 5000 });
  serve();
  expect(await asked).toEqual({ answer: 'taken' });
});

test('an answer that makes no sense is no answer: it is asked for again, and the step is away where none does', async () => {
  serve();
  let nonsense = 0;
  const sensibleAfter = (times: number) => () => {
    if (nonsense++ >= times) return { answer: 'taken' };
    if (nonsense === 1) throw new Error('no message');
    return undefined;
  };
  expect(await ask(sensibleAfter(2))).toEqual({ answer: 'taken' });
  nonsense = 0;
  expect(await ask(sensibleAfter(10))).toEqual({ refused: 'unavailable' });
  expect(nonsense).toBe(3);
});

test('a pod that a burst makes slower and slower is waited for, and its work is given to it once', async () => {
  let replyAfterMs = 0;
  serve(() => replyAfterMs);
  const replyTime = new ServiceTime(50);
  for (replyAfterMs = 100; replyAfterMs <= 1000; replyAfterMs *= 1.3) {
    expect(await ask(undefined, { replyWithinMs: 300, replyTime })).toEqual({ answer: 'taken' });
  }
  expect(tries).toBe(9);
});

test('a step that stays without a pod is away', async () => {
  expect(await ask()).toEqual({ refused: 'unavailable' });
});

test('who asks while sent to another nats-server is served once it is there', async () => {
  serve();
  expect(await ask()).toEqual({ answer: 'taken' });
  expect(nats.cut('asker')).toBe(1);
  await waitUntil('the cut is noticed', () => statuses.includes('away'), { within: 5000 });
  expect(await ask()).toEqual({ answer: 'taken' });
});
