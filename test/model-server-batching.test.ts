/** Dynamic batching over a real process: what waits together goes together, and what nobody waits for does not go. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  FIXTURE_MODELS,
  failure,
  floats,
  imageRequest,
  int64Parameter,
  type ModelServerProcess,
  pixels,
  startModelServer,
  sum,
} from './harness/model-server.ts';
import { waitUntil } from './harness/wait-until.ts';

/** Samples. */
const QUEUE = 12;

let server: ModelServerProcess;
beforeAll(async () => {
  server = await startModelServer({ DEEPXRAY_MODELS: 'slow,net', DEEPXRAY_MODEL_QUEUE: String(QUEUE) });
});
afterAll(() => server.stop());

/** Keeps the one worker busy for about 200 ms; calls begun after it, on the same connection, wait. */
const occupyWorker = () => server.client.infer(imageRequest('slow', pixels(1)));

/** What happened to the slow model meanwhile. */
async function runsDuring(act: () => Promise<unknown>) {
  const before = await server.client.statistics('slow');
  await act();
  const after = await server.client.statistics('slow');
  return {
    samples: Number(after.inferenceCount - before.inferenceCount),
    runs: Number(after.executionCount - before.executionCount),
    runsOf(batchSize: number) {
      const count = ({ batchStats }: typeof after) =>
        Number(batchStats.find((each) => each.batchSize === BigInt(batchSize))?.computeInfer?.count ?? 0n);
      return count(after) - count(before);
    },
  };
}

test('requests that come while the worker is busy go together in one run', async () => {
  const during = await runsDuring(async () => {
    const first = occupyWorker();
    const waiting = [2, 3, 4, 5, 6].map((seed) => server.client.infer(imageRequest('slow', pixels(seed))));
    await first;
    const totals = (await Promise.all(waiting)).map((response) => floats(response, 'total')[0]);
    expect(totals).toEqual([2, 3, 4, 5, 6].map((seed) => sum(pixels(seed))));
  });
  expect(during).toMatchObject({ samples: 6, runs: 2 });
  expect(during.runsOf(5)).toBe(1);
});

test('requests of several samples are never split: five and five are two runs where eight fit', async () => {
  const during = await runsDuring(() =>
    Promise.all([
      occupyWorker(),
      server.client.infer(imageRequest('slow', pixels(2, 5))),
      server.client.infer(imageRequest('slow', pixels(3, 5))),
    ]),
  );
  expect(during).toMatchObject({ samples: 11, runs: 3 });
  expect(during.runsOf(5)).toBe(2);
});

test('a sample’s outputs are the same, bit for bit, alone and in any company', async () => {
  const ask = async (seed: number) => {
    const { rawOutputContents } = await server.client.infer(imageRequest('net', pixels(seed)));
    return Buffer.from(rawOutputContents[0]!).toString('hex');
  };
  const seeds = Array.from({ length: QUEUE }, (_, i) => i);
  const alone: string[] = [];
  for (const seed of seeds) alone.push(await ask(seed));
  expect(new Set(alone).size).toBe(QUEUE);

  const before = await server.client.statistics('net');
  const busy = occupyWorker();
  const together = await Promise.all(seeds.map(ask));
  await busy;
  const after = await server.client.statistics('net');
  expect(after.executionCount - before.executionCount).toBe(2n);
  expect(together).toEqual(alone);
});

test('what finds the queue full is refused at once, and what waits is still served', async () => {
  const busy = occupyWorker().then(() => performance.now());
  const waiting = Array.from({ length: QUEUE }, (_, i) =>
    server.client.infer(imageRequest('slow', pixels(i))),
  );
  const { code, details } = await failure(server.client.infer(imageRequest('slow', pixels(99))));
  const refusedAt = performance.now();
  expect([code, details]).toEqual([status.UNAVAILABLE, 'Exceeds maximum queue size']);
  expect(refusedAt).toBeLessThan(await busy);
  const totals = (await Promise.all(waiting)).map((response) => floats(response, 'total')[0]);
  expect(totals).toEqual(Array.from({ length: QUEUE }, (_, i) => sum(pixels(i))));
});

test('cancelled, expired and timed-out calls leave the queue and are never computed', async () => {
  const during = await runsDuring(async () => {
    const busy = occupyWorker();
    const gone = [2, 3, 4].map((seed) => server.client.begin(imageRequest('slow', pixels(seed))));
    const stays = server.client.infer(imageRequest('slow', pixels(5)));
    const expires = failure(
      server.client.infer(imageRequest('slow', pixels(6)), { deadline: Date.now() + 30 }),
    );
    const timesOut = failure(
      server.client.infer(
        imageRequest('slow', pixels(7), { parameters: { timeout: int64Parameter(20_000n) } }),
      ),
    );
    // A round trip, so that the calls have left: grpc-js sends a call that is cancelled at once without its cancel.
    await server.client.isReady();
    for (const { cancel } of gone) cancel();
    for (const { answer } of gone) expect((await failure(answer)).code).toBe(status.CANCELLED);
    expect((await expires).code).toBe(status.DEADLINE_EXCEEDED);
    expect(await timesOut).toMatchObject({ code: status.UNAVAILABLE, details: 'Request timeout expired' });
    await busy;
    expect(floats(await stays, 'total')[0]).toBe(sum(pixels(5)));
  });
  expect(during).toMatchObject({ samples: 2, runs: 2 });
});

test('a generous timeout is no hindrance', async () => {
  const parameters = { timeout: int64Parameter(5_000_000n) };
  const response = await server.client.infer(imageRequest('slow', pixels(8), { parameters }));
  expect(floats(response, 'total')[0]).toBe(sum(pixels(8)));
});

test('a model may wait a bounded time for company, but a full batch goes at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-models-'));
  const delayMs = 400;
  await cp(join(FIXTURE_MODELS, 'tiny/1'), join(folder, 'tiny/1'), { recursive: true });
  const path = join(folder, 'tiny/1/config.json');
  const config = JSON.parse(await readFile(path, 'utf8'));
  config.dynamicBatching.maxQueueDelayMicroseconds = String(delayMs * 1000);
  await writeFile(path, JSON.stringify(config));
  const patient = await startModelServer({ DEEPXRAY_MODEL_REPOSITORY: folder });
  try {
    const { client } = patient;
    const began = performance.now();
    await Promise.all([1, 2, 3].map((seed) => client.infer(imageRequest('tiny', pixels(seed)))));
    expect(performance.now() - began).toBeGreaterThanOrEqual(delayMs);
    expect((await client.statistics('tiny')).executionCount).toBe(1n);

    const full = performance.now();
    await Promise.all([1, 2].map((seed) => client.infer(imageRequest('tiny', pixels(seed, 4)))));
    expect(performance.now() - full).toBeLessThan(delayMs);
    await waitUntil('two runs', async () => (await client.statistics('tiny')).executionCount === 2n, {
      within: 1000,
    });
  } finally {
    await patient.stop();
    await rm(folder, { recursive: true });
  }
});
