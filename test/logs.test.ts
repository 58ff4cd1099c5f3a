/** What a real mesh logs: each failure once, where it was found, with the ids that lead to its request. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { failingRepository } from './harness/failing-repository.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { isTrouble, type LogLine, logLines } from './harness/log-lines.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { type JsonReply, scoreJson } from './harness/score.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';

let mesh: Mesh;
let collector: TraceCollector;
let hand: Hand;
let folder: string;
let repository: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-logs-'));
  repository = await failingRepository('body-part', 'image');
  collector = await startTraceCollector();
  mesh = await startMesh({
    scoringPods: 1,
    logs: join(folder, 'logs'),
    env: {
      DEEPXRAY_MODEL_REPOSITORY: repository,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  hand = await syntheticHand(1);
  await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
});
afterAll(async () => {
  await mesh?.stop();
  collector?.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(repository, { recursive: true, force: true });
});

let requests = 0;

/** A request of its own trace and id, so that its lines are known before it is answered. */
function request() {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  const requestId = `logs-${++requests}`;
  const lines = () => logLines(join(folder, 'logs')).filter((line) => line.traceId === traceId);
  return {
    traceId,
    requestId,
    send: (film: Uint8Array, wait = '30'): Promise<JsonReply> =>
      scoreJson(mesh, film, {
        headers: {
          prefer: `wait=${wait}`,
          'x-request-id': requestId,
          traceparent: `00-${traceId}-${'cd'.repeat(8)}-01`,
        },
      }),
    /** Its record is there, and for a while nothing more: each process' lines come on their own way. */
    async whenRecorded(): Promise<LogLine[]> {
      let count = 0;
      let since = performance.now();
      return mesh.waitUntil(
        'the request is recorded',
        () => {
          const seen = lines();
          if (seen.length !== count) since = performance.now();
          count = seen.length;
          const isRecorded = seen.some(({ msg }) => msg === 'scored');
          return isRecorded && performance.now() - since > 400 && seen;
        },
        20_000,
      );
    },
  };
}

const seen = (lines: LogLine[]) => lines.map(({ service, level, msg }) => `${service} ${level}: ${msg}`);

function expectIds(lines: LogLine[], requestId: string): void {
  const [{ correlationId }] = lines as [LogLine];
  expect(correlationId).toMatch(/^[0-9a-f]{32}$/);
  for (const line of lines) expect(line).toMatchObject({ requestId, correlationId });
}

test('a film that was scored and one that cannot be read are a line each, and no trouble of ours', async () => {
  const good = request();
  const unreadable = request();
  expect((await good.send(hand.png)).status).toBe(200);
  expect((await unreadable.send(hand.png.subarray(0, 5000))).status).toBe(422);
  for (const { whenRecorded, requestId } of [good, unreadable]) {
    const lines = await whenRecorded();
    expect(seen(lines)).toEqual(['gateway info: scored']);
    expectIds(lines, requestId);
  }
  expect((await unreadable.whenRecorded())[0]).toMatchObject({ status: 422, code: 'unreadable-image' });
});

test('a model that fails is told of by its server, once for each time, and by nobody who hears of it', async () => {
  const { send, traceId, requestId, whenRecorded } = request();
  const black = await sharp({ create: { width: 400, height: 500, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  expect((await send(black)).status).toBe(500);
  const lines = await whenRecorded();
  const told = lines.filter(isTrouble);
  expect(new Set(seen(told))).toEqual(new Set(['model-server error: the inference failed']));
  await mesh.waitUntil(
    'there are as many spans of failures as lines about them',
    () =>
      collector.spans.filter(
        (span) => span.traceId === traceId && span.name === 'infer body-part' && span.isError,
      ).length === told.length,
    10_000,
  );
  expectIds(lines, requestId);
  expect(told[0]).toMatchObject({ err: { message: expect.stringContaining('Gather') } });
});

/** A mesh that was disturbed, or whose model stood, may have to mend first. */
const scoresAgain = () =>
  mesh.waitUntil(
    'radiographs are scored again',
    async () => (await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=5' } })).status === 200,
    40_000,
  );

const MODEL = 'model-server:joint-scoring';

async function whileScoringStands<T>(work: (frozen: number) => Promise<T>): Promise<T> {
  await scoresAgain();
  const frozen = await mesh.freeze(MODEL);
  try {
    return await work(frozen);
  } finally {
    // Gone, where it was killed.
    if (mesh.processes().some(({ pid }) => pid === frozen)) mesh.thaw(frozen);
  }
}

/** Killed with crops in the hands of a scorer. */
const whoseIsKilled = ({ send, traceId }: ReturnType<typeof request>, role: string): Promise<JsonReply> =>
  whileScoringStands(async (frozen) => {
    const reply = send(hand.png);
    await mesh.waitUntil(
      'crops are in hand',
      () =>
        collector.spans.filter(
          (span) => span.traceId === traceId && span.name === 'send deepxray.joint-scoring.work',
        ).length >= 4,
      10_000,
    );
    await mesh.kill(role);
    if (role !== MODEL) mesh.thaw(frozen);
    return reply;
  });

test('a deadline is told of once, with the joints that were waited for', async () => {
  const late = request();
  // Shorter than the patience after which joints are asked for again.
  const { status, body } = await whileScoringStands(() => late.send(hand.png, '1.3'));
  expect(status).toBe(504);
  const lines = await late.whenRecorded();
  const [told, ...others] = lines.filter(isTrouble);
  expect(others).toEqual([]);
  // Where cores are so busy that the call is not even taken in time, it is the gateway that finds it out.
  if (told!.service !== 'gateway') {
    expect(seen([told!])).toEqual(['orchestrator warn: the deadline came first']);
    expect(told!.waitingFor).toEqual(JOINT_NAMES.filter((joint) => body.missing[joint] === 'deadline'));
  }
  expectIds(lines, late.requestId);
});

test('a pod that is killed with crops in hand is told of by the orchestrator, once for each time that it asks for a joint again', async () => {
  const hit = request();
  await whoseIsKilled(hit, 'joint-scoring');
  const lines = await hit.whenRecorded();
  const told = lines.filter(isTrouble);
  expect(new Set(seen(told))).toEqual(
    new Set(['orchestrator warn: nothing was heard of joints: asked for again']),
  );
  const times = told.flatMap(({ joints, attempt }) =>
    (joints as string[]).map((joint) => `${joint} ${attempt}`),
  );
  expect(new Set(times).size).toBe(times.length);
  expectIds(lines, hit.requestId);
});

test('a model server that is killed with crops in hand is told of once, by the sidecar that called it', async () => {
  const hit = request();
  await whoseIsKilled(hit, MODEL);
  const lines = await hit.whenRecorded();
  const told = lines.filter(({ service }) => service === 'joint-scoring');
  expect(seen(told)).toEqual(['joint-scoring warn: the model server is away']);
  expectIds(lines, hit.requestId);
});
