/**
 * A real OpenTelemetry Collector with the project's configuration, between a mesh and where traces are kept. Building it
 * takes minutes, so it is asked for: DEEPXRAY_TEST_COLLECTOR=1, or a path to one.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTRIBUTES } from '../platform/telemetry/schema/attributes.ts';
import { freePorts } from './harness/free-ports.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';
import { getGoTool, type Tool } from './harness/tools.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';
import { traceTree } from './harness/trace-tree.ts';
import { waitUntil } from './harness/wait-until.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'deploy', 'observability', 'collector');
const BUILD_WITHIN_MS = 1_500_000;

const wish = process.env.DEEPXRAY_TEST_COLLECTOR;
const asked = wish ? test : test.skip;
const note = wish ? '' : ' (skipped: set DEEPXRAY_TEST_COLLECTOR=1, which builds a collector, once)';

let kept: TraceCollector;
let child: ChildProcess;
let mesh: Mesh;
let endpoint: string;
beforeAll(async () => {
  if (!wish) return;
  const tool = await getCollector();
  if (!('path' in tool)) throw new Error(tool.missing);
  kept = await startTraceCollector();
  const port = (await freePorts()).DEEPXRAY_HTTP_PORT!;
  endpoint = `http://127.0.0.1:${port}`;
  child = spawn(tool.path, ['--config', join(FOLDER, 'config.yaml')], {
    env: {
      ...process.env,
      OTLP_LISTEN: `127.0.0.1:${port}`,
      TRACES_ENDPOINT: kept.endpoint,
      METRICS_ENDPOINT: kept.endpoint,
      DECISION_WAIT: '2s',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (text) => {
    said += text;
  });
  await waitUntil('the collector is ready', () => said.includes('Everything is ready'), {
    within: 30_000,
    explain: () => said,
  });
  mesh = await startMesh({
    scoringPods: 1,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
}, BUILD_WITHIN_MS);
afterAll(async () => {
  await mesh?.stop();
  if (child && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  kept?.stop();
});

async function getCollector(): Promise<Tool> {
  if (wish !== '1') return { path: wish! };
  const path = join(ROOT, '.cache', 'bin', 'deepxray-collector');
  if (existsSync(path)) return { path };
  const builder = await getGoTool('go.opentelemetry.io/collector/cmd/builder', 'v0.160.0');
  if (!('path' in builder)) return builder;
  const folder = join(ROOT, '.cache', 'collector');
  await mkdir(folder, { recursive: true });
  await copyFile(join(FOLDER, 'builder.yaml'), join(folder, 'builder.yaml'));
  const limits = { cwd: folder, timeout: BUILD_WITHIN_MS, maxBuffer: 64 * 1024 * 1024 };
  await run(builder.path, ['--config', 'builder.yaml'], limits);
  await copyFile(join(folder, 'deepxray-collector', 'deepxray-collector'), path);
  return { path };
}

asked(
  `a trace that failed comes through whole, with nothing but the attributes of the schema${note}`,
  async () => {
    const hand = await syntheticHand(1);
    const frozen = await mesh.freeze('model-server:joint-scoring');
    const { status, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=1.5' } });
    mesh.thaw(frozen);
    expect(status).toBe(504);
    const tree = await mesh.waitUntil(
      'the trace is kept',
      () => {
        const seen = traceTree(kept.spans, body.traceId);
        return seen.text.includes('POST /score [deadline]') && seen.orphans.length === 0 && seen;
      },
      20_000,
    );
    expect(tree.text).toContain('joint-scoring: score joint [deadline]');
    const known = new Set(Object.values(ATTRIBUTES).map(({ key }) => key));
    for (const { attributes } of tree.spans) {
      for (const key of Object.keys(attributes)) expect(known).toContain(key);
    }
  },
);

asked(`of requests that went well about a tenth is kept${note}`, async () => {
  const hand = await syntheticHand(1);
  const sent: string[] = [];
  for (let times = 0; times < 30; times++) {
    const { status, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
    if (status === 200) sent.push(body.traceId);
  }
  // What comes last is decided last.
  const right = await syntheticHand(2, { subject: 'right-hand' });
  await scoreJson(mesh, right.png);
  const frozen = await mesh.freeze('model-server:joint-scoring');
  const late = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=1.2' } });
  mesh.thaw(frozen);
  const isKept = (traceId: string) => kept.spans.some((span) => span.traceId === traceId);
  await mesh.waitUntil('the last one is kept', () => isKept(late.body.traceId), 20_000);
  expect(sent.filter(isKept).length).toBeLessThan(sent.length / 2);
});

asked(`an attribute that is not in the schema is dropped, whoever sets it${note}`, async () => {
  const traceId = 'ab'.repeat(16);
  const attributes = [
    { key: 'patient.name', value: { stringValue: 'planted-in-an-attribute' } },
    { key: 'error.type', value: { stringValue: 'planted-to-be-kept' } },
  ];
  const now = `${Date.now()}000000`;
  const span = {
    traceId,
    spanId: 'cd'.repeat(8),
    name: 'POST /score',
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes,
    status: { code: 2 },
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] };
  await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  });
  const arrived = await mesh.waitUntil(
    'it is kept',
    () => kept.spans.find((one) => one.traceId === traceId),
    20_000,
  );
  expect(arrived).toMatchObject({ service: 'gateway', attributes: { 'error.type': 'planted-to-be-kept' } });
  const all = Buffer.concat(kept.bodies.map(({ bytes }) => Buffer.from(bytes)));
  expect(all.includes('planted-in-an-attribute')).toBe(false);
});
