/** The golden probe as a CronJob runs it: what it says, and the exit code that an alert hangs on. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './harness/gateway.ts';
import {
  fileOf,
  type Script,
  type StandIn,
  scored,
  sendBodyPart,
  sendCompleted,
  startStandIn,
  TEN,
  wellBehaved,
} from './harness/stand-in-orchestrator.ts';
import { startTraceCollector } from './harness/trace-collector.ts';

const MAIN = join(import.meta.dirname, '..', 'probe', 'main.ts');

let orchestrator: StandIn;
let gateway: Gateway;
let folder: string;
let golden: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  golden = join(folder, 'golden.json');
  orchestrator = await startStandIn(wellBehaved);
  gateway = await startGateway(orchestrator.address);
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
  await rm(folder, { recursive: true, force: true });
});

function probe(
  url = gateway.url,
  more: Record<string, string> = {},
): Promise<{ code: number; said: Record<string, unknown> }> {
  const env = { ...process.env, DEEPXRAY_GATEWAY: url, DEEPXRAY_PROBE_GOLDEN: golden, ...more };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, '--once'], { env }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), said: JSON.parse(stdout.trim().split('\n').at(-1)!) }),
    );
  });
}

const oneGradeMore: Script = async (call) => {
  await fileOf(call);
  sendBodyPart(call);
  sendCompleted(call, [scored('mcp1', 1), ...TEN.slice(1)]);
};

test('the first answer is golden, the same again is well, and another score is told of (stand-in for the orchestrator)', async () => {
  expect((await probe()).code).toBe(0);
  expect(JSON.parse(await readFile(golden, 'utf8'))).toMatchObject({
    joints: { mcp1: { score: 0 } },
    models: ['joint-scoring/1'],
  });
  expect((await probe()).code).toBe(0);

  orchestrator.script = oneGradeMore;
  const changed = await probe();
  expect(changed.code).toBe(3);
  expect(changed.said).toMatchObject({
    level: 'error',
    msg: "the golden hand's scores changed",
    shift: 1,
    models: ['joint-scoring/1'],
    goldenModels: ['joint-scoring/1'],
  });
  expect(changed.said.traceId).toMatch(/^[0-9a-f]{32}$/);
});

test('that nothing answers is told apart from a change', async () => {
  const { code, said } = await probe('http://127.0.0.1:9');
  expect(code).toBe(1);
  expect(said).toMatchObject({ level: 'error', msg: 'the golden hand was not scored' });
});

test('figures of a single run reach a collector before it ends, so that an alert can tell of them', async () => {
  const collector = await startTraceCollector();
  try {
    await probe(gateway.url, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const sent = collector.bodies.filter(({ path }) => path === '/v1/metrics').map(({ bytes }) => bytes);
    for (const name of ['deepxray.probe.shift', 'deepxray.probe.score']) {
      expect(Buffer.concat(sent).includes(name), name).toBe(true);
    }
  } finally {
    collector.stop();
  }
});
