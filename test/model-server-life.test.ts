/** The model server's life: ready only when loaded, whole after a crash inside, and a stop that loses nothing. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { readSettings } from '#platform/process/settings.ts';
import { startApp } from '../model-servers/server/app.ts';
import { settings } from '../model-servers/server/config.ts';
import {
  createInferenceClient,
  FIXTURE_MODELS,
  failToStart,
  failure,
  floats,
  imageRequest,
  type ModelServerProcess,
  pixels,
  startModelServer,
  sum,
} from './harness/model-server.ts';
import { waitUntil } from './harness/wait-until.ts';

const atEnd: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

const start = async (...given: Parameters<typeof startModelServer>): Promise<ModelServerProcess> => {
  const server = await startModelServer(...given);
  atEnd.push(() => server.stop());
  return server;
};

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-test-'));
  atEnd.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('it listens at once but is ready only when its models are loaded and warm', async () => {
  const server = await start({ DEEPXRAY_MODEL_WORKERS: '2' }, { untilReady: false });
  expect(await server.client.isReady()).toBe(false);
  const { code, details } = await failure(server.client.infer(imageRequest('tiny', pixels(1))));
  expect([code, details]).toEqual([status.UNAVAILABLE, "Request for model 'tiny': the server is not ready"]);
  await waitUntil('it is ready', () => server.client.isReady(), { within: 15_000 });
  expect(server.log.map(({ msg }) => msg)).toContain('ready');
  await server.client.infer(imageRequest('tiny', pixels(1)));
});

test('two workers run two batches at once', async () => {
  const { client } = await start({ DEEPXRAY_MODELS: 'slow', DEEPXRAY_MODEL_WORKERS: '2' });
  await Promise.all([1, 2].map((seed) => client.infer(imageRequest('slow', pixels(seed)))));
  const { executionCount, inferenceStats } = await client.statistics('slow');
  expect(executionCount).toBe(2n);
  // One after the other, the second would have waited for as long as the first computed.
  expect(inferenceStats!.queue!.ns).toBeLessThan(inferenceStats!.computeInfer!.ns / 4n);
});

test('a worker that dies takes only its own batch with it, and another takes its place', async () => {
  const values = readSettings(settings, {
    DEEPXRAY_MODEL_REPOSITORY: FIXTURE_MODELS,
    DEEPXRAY_MODELS: 'tiny',
    DEEPXRAY_GRPC_PORT: '0',
  });
  const dyingWorker = new URL('./fixtures/dying-worker.ts', import.meta.url);
  const app = await startApp(values, { log: pino({ level: 'silent' }) }, dyingWorker);
  atEnd.push(() => app.stop());
  const client = createInferenceClient(`127.0.0.1:${app.grpcPort}`);
  atEnd.push(async () => client.close());

  const deadly = pixels(1).with(0, 222);
  for (let round = 0; round < 3; round++) {
    const { code, details } = await failure(client.infer(imageRequest('tiny', deadly)));
    expect([code, details]).toEqual([
      status.UNAVAILABLE,
      'The worker that ran this inference died; try again',
    ]);
    expect(app.isHealthy()).toBe(false);
    await waitUntil('it is ready again', () => client.isReady(), { within: 10_000 });
    expect(floats(await client.infer(imageRequest('tiny', pixels(2))), 'total')).toEqual(
      Float32Array.of(sum(pixels(2))),
    );
  }
});

test('SIGTERM lets calls in hand finish, those that wait too, and ends with 0', async () => {
  const server = await start({ DEEPXRAY_MODELS: 'slow' });
  const calls = [1, 2, 3].map((seed) => server.client.infer(imageRequest('slow', pixels(seed))));
  await server.client.isReady(); // A round trip: the calls before it have arrived.
  const stopped = server.stop('SIGTERM');
  const totals = (await Promise.all(calls)).map((response) => floats(response, 'total')[0]);
  expect(totals).toEqual([1, 2, 3].map((seed) => sum(pixels(seed))));
  expect(await stopped).toBe(0);
  expect(server.log.at(-1)).toMatchObject({ msg: 'stopped' });
});

test('SIGTERM while it loads ends it too', async () => {
  const server = await startModelServer({ DEEPXRAY_MODEL_WORKERS: '4' }, { untilReady: false });
  expect(await server.stop('SIGTERM')).toBe(0);
});

test('it serves over a Unix socket too, replaces one left by a killed process, and leaves none behind', async () => {
  const socket = join(await temporaryFolder(), 'model.sock');
  const infer = async () => {
    const client = createInferenceClient(`unix:${socket}`);
    const response = await client.infer(imageRequest('tiny', pixels(3)));
    client.close();
    return floats(response, 'total')[0];
  };
  const killed = await start({ DEEPXRAY_MODELS: 'tiny', DEEPXRAY_MODEL_SOCKET: socket });
  expect(await infer()).toBe(sum(pixels(3)));
  await killed.stop('SIGKILL');
  expect(existsSync(socket)).toBe(true);

  const next = await start({ DEEPXRAY_MODELS: 'tiny', DEEPXRAY_MODEL_SOCKET: socket });
  expect(await infer()).toBe(sum(pixels(3)));
  expect(await next.stop()).toBe(0);
  expect(existsSync(socket)).toBe(false);
});

test('it does not take a socket from a living process', async () => {
  const socket = join(await temporaryFolder(), 'model.sock');
  const other = createServer().listen(socket);
  await once(other, 'listening');
  atEnd.push(async () => other.close());
  const { code, said } = await failToStart({
    DEEPXRAY_MODEL_REPOSITORY: FIXTURE_MODELS,
    DEEPXRAY_MODEL_SOCKET: socket,
  });
  expect(code).toBe(1);
  expect(said).toContain(`another process listens on ${socket}`);
});

test('it starts in no case with a wrong setting, and names each', async () => {
  const { code, said } = await failToStart({ DEEPXRAY_MODEL_WORKERS: '0', DEEPXRAY_MODEL_QUEUE: 'long' });
  expect(code).toBe(2);
  expect(said).toContain('DEEPXRAY_MODEL_WORKERS: “0” is not a whole number from 1 to 64');
  expect(said).toContain('DEEPXRAY_MODEL_QUEUE: “long” is not a whole number');
});

test('a model that does not fit its config is not served: the process says why and ends', async () => {
  const folder = await temporaryFolder();
  await cp(join(FIXTURE_MODELS, 'tiny/1'), join(folder, 'tiny/1'), { recursive: true });
  const path = join(folder, 'tiny/1/config.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"total"', '"score"'));
  const { code, said } = await failToStart({ DEEPXRAY_MODEL_REPOSITORY: folder });
  expect(code).toBe(1);
  expect(said).toContain('model tiny/1: model.onnx has no output “score”; it has scaled, total');
});
