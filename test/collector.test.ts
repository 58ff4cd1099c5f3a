/**
 * A real OpenTelemetry Collector with the project's configuration, between a real mesh and a real Jaeger. To build the
 * two takes minutes, so that is asked for: DEEPXRAY_TEST_COLLECTOR=1. Where they were built once, this runs with the others.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTRIBUTES } from '../platform/telemetry/schema/attributes.ts';
import { freePorts } from './harness/free-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Jaeger, type JaegerTrace, spansOf, startJaeger } from './harness/jaeger.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { type Program, startProgram } from './harness/program.ts';
import { scoreJson } from './harness/score.ts';
import { SCORED } from './harness/scored-trace.ts';
import { getGoTool, type Tool } from './harness/tools.ts';
import { traceTree } from './harness/trace-tree.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'deploy', 'observability', 'collector');
const CACHE = join(ROOT, '.cache');
const COLLECTOR = join(CACHE, 'bin', 'deepxray-collector');
const JAEGER = join(CACHE, 'bin', 'jaeger');
const BUILD_WITHIN_MS = 1_500_000;
/** A program for every component of both is linked: smaller without what debuggers want. */
const FLAGS = ['-trimpath', '-ldflags=-s -w'];

const wanted = process.env.DEEPXRAY_TEST_COLLECTOR === '1' || (existsSync(COLLECTOR) && existsSync(JAEGER));
const asked = wanted ? test : test.skip;
const note = wanted
  ? ''
  : ' (skipped: DEEPXRAY_TEST_COLLECTOR=1 builds a collector and a Jaeger, which takes minutes)';

let jaeger: Jaeger;
let collector: Program;
let mesh: Mesh;
let hand: Hand;
let endpoint: string;
beforeAll(async () => {
  if (!wanted) return;
  jaeger = await startJaeger(pathOf(await getJaeger()));
  const port = (await freePorts()).DEEPXRAY_HTTP_PORT!;
  endpoint = `http://127.0.0.1:${port}`;
  collector = await startProgram(pathOf(await getCollector()), ['--config', join(FOLDER, 'config.yaml')], {
    env: { OTLP_LISTEN: `127.0.0.1:${port}`, TRACES_ENDPOINT: jaeger.endpoint, DECISION_WAIT: '2s' },
    isReady: (said) => said.includes('Everything is ready'),
  });
  mesh = await startMesh({
    scoringPods: 1,
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  hand = await syntheticHand(1);
  await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
}, BUILD_WITHIN_MS);
afterAll(async () => {
  await mesh?.stop();
  await collector?.stop();
  await jaeger?.stop();
});

function pathOf(tool: Tool): string {
  if ('path' in tool) return tool.path;
  throw new Error(tool.missing);
}

/** `go install` refuses a module that replaces others; one of our own that requires it builds it. */
async function getJaeger(): Promise<Tool> {
  if (existsSync(JAEGER)) return { path: JAEGER };
  const program = 'github.com/jaegertracing/jaeger/cmd/jaeger';
  const folder = join(CACHE, 'jaeger');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const limits = { cwd: folder, timeout: BUILD_WITHIN_MS, maxBuffer: 64 * 1024 * 1024 };
  await run('go', ['mod', 'init', 'jaeger-for-tests'], limits);
  await run('go', ['get', `${program}@v1.76.0`], limits);
  await run('go', ['build', ...FLAGS, '-o', JAEGER, program], limits);
  return { path: JAEGER };
}

async function getCollector(): Promise<Tool> {
  if (existsSync(COLLECTOR)) return { path: COLLECTOR };
  const builder = await getGoTool('go.opentelemetry.io/collector/cmd/builder', 'v0.160.0');
  if (!('path' in builder)) return builder;
  const folder = join(CACHE, 'collector');
  await mkdir(folder, { recursive: true });
  await copyFile(join(FOLDER, 'builder.yaml'), join(folder, 'builder.yaml'));
  const limits = { cwd: folder, timeout: BUILD_WITHIN_MS, maxBuffer: 64 * 1024 * 1024 };
  await run(builder.path, ['--config', 'builder.yaml'], limits);
  await copyFile(join(folder, 'deepxray-collector', 'deepxray-collector'), COLLECTOR);
  return { path: COLLECTOR };
}

/** The gateway's own span, without which a trace is not whole. */
const hasRoot = ({ spans }: JaegerTrace) =>
  spans.some(({ operationName }) => operationName === 'POST /score');

const whenKept = (traceId: string): Promise<JaegerTrace> =>
  mesh.waitUntil(
    `Jaeger has ${traceId}`,
    async () => {
      const trace = await jaeger.trace(traceId);
      return trace !== undefined && hasRoot(trace) && trace;
    },
    30_000,
  );

/** A deadline that comes while crops are with a scorer whose model stands. */
async function scoreTooLate(): Promise<string> {
  const frozen = await mesh.freeze('model-server:joint-scoring');
  try {
    const { status, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=1.3' } });
    expect(status).toBe(504);
    return body.traceId;
  } finally {
    mesh.thaw(frozen);
    await mesh.healed(15_000);
  }
}

asked(
  `Jaeger gives back the whole trace of a request that failed, with the attributes of the schema alone${note}`,
  async () => {
    const trace = await whenKept(await scoreTooLate());
    const tree = traceTree(spansOf(trace), trace.spans[0]!.traceID);
    expect(tree.orphans).toEqual([]);
    expect(tree.text).toContain('gateway: POST /score [deadline]');
    expect(tree.text).toContain('joint-scoring: process deepxray.joint-scoring.work [deadline]');
    const known = new Set(Object.values(ATTRIBUTES).map(({ key }) => key));
    // Jaeger's own names for what spans have beside attributes.
    for (const added of [
      'span.kind',
      'error',
      'otel.status_code',
      'otel.status_description',
      'otel.scope.name',
    ]) {
      known.add(added);
    }
    for (const { tags } of [...trace.spans, ...Object.values(trace.processes)]) {
      for (const { key } of tags) expect(known).toContain(key);
    }
  },
);

asked(`of requests that went well about a tenth is kept, each of them whole${note}`, async () => {
  const sent: string[] = [];
  for (let times = 0; times < 40; times++) {
    const { status, body, tookMs } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
    expect(status).toBe(200);
    // Slow ones are kept, all of them.
    if (tookMs < 900) sent.push(body.traceId);
  }
  // What comes last is decided last.
  await whenKept(await scoreTooLate());
  const kept = (await Promise.all(sent.map((traceId) => jaeger.trace(traceId)))).filter(
    (trace) => trace !== undefined,
  );
  expect(kept.length).toBeLessThan(sent.length / 2);
  for (const trace of kept) {
    expect(traceTree(spansOf(trace), trace.spans[0]!.traceID).text).toBe(SCORED);
  }
});

/** A span as a process would send it: of a request that took so long, ended so, and has these attributes. */
async function sendSpan(
  tookMs: number,
  attributes: Record<string, string>,
  isError: boolean,
): Promise<string> {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  const list = Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } }));
  const end = Date.now();
  const span = {
    traceId,
    spanId: 'cd'.repeat(8),
    name: 'POST /score',
    startTimeUnixNano: `${end - tookMs}000000`,
    endTimeUnixNano: `${end}000000`,
    attributes: list,
    status: { code: isError ? 2 : 0 },
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] };
  const response = await fetch(`${endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  });
  expect(response.status).toBe(200);
  return traceId;
}

asked(`a slow request is kept, though it went well${note}`, async () => {
  const slow = await Promise.all(Array.from({ length: 10 }, () => sendSpan(1500, {}, false)));
  for (const traceId of slow) await whenKept(traceId);
});

asked(`an attribute that is not in the schema is dropped, whoever sets it${note}`, async () => {
  const planted = { 'patient.name': 'planted-in-an-attribute', 'error.type': 'planted-to-be-kept' };
  const trace = await whenKept(await sendSpan(1, planted, true));
  expect(JSON.stringify(trace)).toContain('planted-to-be-kept');
  expect(JSON.stringify(trace)).not.toMatch(/planted-in-an-attribute|patient\.name/);
});
