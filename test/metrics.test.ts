/** What a running mesh emits against the schema, the dashboards and the rules, and a real Prometheus that scrapes it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTRIBUTES } from '../platform/telemetry/schema/attributes.ts';
import type { Metric } from '../platform/telemetry/schema/definition.ts';
import { METRICS } from '../platform/telemetry/schema/metrics.ts';
import { prometheusLabel, prometheusSamples } from '../platform/telemetry/schema/prometheus-name.ts';
import { type AdminPort, adminPorts } from './harness/admin-ports.ts';
import { freePorts } from './harness/free-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { type Prometheus, startPrometheus } from './harness/prometheus.ts';
import { dashboardChoices, dashboardQueries, namesIn, ruleQueries } from './harness/promql.ts';
import { scoreJson } from './harness/score.ts';
import { getDebianTool } from './harness/tools.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';

const PATIENT = { prefer: 'wait=30' };
const tool = await getDebianTool('prometheus', 'prometheus');
const withPrometheus = 'path' in tool ? test : test.skip;
const note = 'path' in tool ? '' : ` (skipped: ${tool.missing})`;

let mesh: Mesh;
let collector: TraceCollector;
let hand: Hand;
let probe: ChildProcess;
let endpoints: AdminPort[];
let prometheus: Prometheus | undefined;
const traceIds: string[] = [];

beforeAll(async () => {
  collector = await startTraceCollector();
  mesh = await startMesh({
    scoringPods: 1,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
  });
  hand = await syntheticHand(1);
  const probePort = Number((await freePorts()).DEEPXRAY_HTTP_PORT);
  probe = spawn(process.execPath, [join(import.meta.dirname, '..', 'probe', 'main.ts')], {
    env: {
      ...process.env,
      DEEPXRAY_GATEWAY: mesh.url,
      DEEPXRAY_PROBE_EVERY: '2',
      DEEPXRAY_ADMIN_PORT: String(probePort),
    },
    stdio: 'ignore',
  });
  endpoints = [...adminPorts(mesh, 1), { role: 'probe', port: probePort }];
  if ('path' in tool) {
    prometheus = await startPrometheus(tool.path, endpoints);
    await mesh.waitUntil(
      'every process was scraped',
      async () => {
        // None yet, for some seconds after its start.
        const up = (await prometheus!.targets()).filter(({ health }) => health === 'up');
        return up.length === endpoints.length;
      },
      60_000,
    );
  }
  await aBitOfEverything();
});
afterAll(async () => {
  await prometheus?.stop();
  if (probe && probe.exitCode === null) {
    probe.kill('SIGTERM');
    await once(probe, 'exit');
  }
  await mesh?.stop();
  collector?.stop();
});

async function aBitOfEverything(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const { body } = await scoreJson(mesh, hand.png, { headers: PATIENT });
    traceIds.push(body.traceId);
  }
  await scoreJson(mesh, Buffer.from('GIF89a'));
  const frozen = await mesh.freeze('model-server:joint-scoring');
  const late = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=1.2' } });
  mesh.thaw(frozen);
  expect(late.status).toBe(504);
}

type Emitted = { role: string; name: string; labels: Record<string, string> };

const scrape = async ({ role, port }: AdminPort): Promise<Emitted[]> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)].map(([, name, list = '']) => ({
    role,
    name: name!,
    labels: Object.fromEntries(
      [...list.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
    ),
  }));
};

const metrics: Metric[] = Object.values(METRICS);
const bySample = new Map(
  metrics.flatMap((metric) => prometheusSamples(metric).map((name) => [name, metric])),
);

const emitted = async (): Promise<Emitted[]> =>
  (await Promise.all(endpoints.map(scrape))).flat().filter(({ name }) => name !== 'target_info');

test('all that is emitted is in the schema: its name, who emits it, its labels, and their values', async () => {
  const attributes = new Map(Object.values(ATTRIBUTES).map((one) => [prometheusLabel(one.key), one]));
  for (const { role, name, labels } of await emitted()) {
    const metric = bySample.get(name);
    expect(metric, `${role} emits ${name}`).toBeDefined();
    if (metric!.by) expect(metric!.by, name).toContain(role);
    const known = metric!.labels.map(prometheusLabel);
    for (const [label, value] of Object.entries(labels)) {
      if (label === 'le') continue;
      expect(known, `${name} has the label ${label}`).toContain(label);
      const values = attributes.get(label)?.values;
      if (values) expect(values, `${name}: ${label}`).toContain(value);
    }
  }
});

test('all that the schema promises is emitted, by every process that it names', async () => {
  const seen = new Set((await emitted()).map(({ role, name }) => `${role} ${name}`));
  const everybody = [...new Set(endpoints.map(({ role }) => role))];
  const lacking = metrics.flatMap((metric) =>
    (metric.by ?? everybody).flatMap((role) =>
      prometheusSamples(metric)
        .filter((name) => !seen.has(`${role} ${name}`))
        .map((name) => `${role} ${name}`),
    ),
  );
  expect(lacking).toEqual([]);
});

test('dashboards and rules name what is emitted, and all that is emitted is in one of them', async () => {
  const seen = await emitted();
  const names = new Set(seen.map(({ name }) => name));
  const labels = new Set(seen.flatMap((one) => Object.keys(one.labels)));
  for (const given of ['job', 'instance', 'le', 'error_type']) labels.add(given);
  const { queries, recorded } = ruleQueries();
  const used = new Set<string>();
  for (const query of [...queries, ...dashboardQueries()]) {
    const named = namesIn(query);
    expect(named.metrics.length, query.where).toBeGreaterThan(0);
    for (const name of named.metrics) {
      if (name !== 'up' && !recorded.includes(name)) expect(names, query.where).toContain(name);
      used.add(name);
    }
    for (const label of named.labels) {
      if (label !== 'deepxray_asked_again_reason') expect(labels, query.where).toContain(label);
    }
  }
  const unused = metrics.filter((metric) => !prometheusSamples(metric).some((name) => used.has(name)));
  expect(unused.map(({ name }) => name)).toEqual([]);
});

test('metrics leave by OTLP too, under the names of the schema', async () => {
  const sent = () =>
    Buffer.concat(collector.bodies.filter(({ path }) => path === '/v1/metrics').map(({ bytes }) => bytes));
  await mesh.waitUntil(
    'the first joint is told of',
    () => sent().includes('deepxray.scoring.first_joint'),
    10_000,
  );
  expect(sent().includes('messaging.process.duration')).toBe(true);
});

withPrometheus(
  `a real Prometheus scrapes the run, every query of every dashboard has data, and every choice values${note}`,
  async () => {
    const lacking = async () => {
      const empty: string[] = [];
      for (const { where, expr } of dashboardQueries()) {
        const samples = await prometheus!.query(expr);
        if (!samples.some(({ value }) => Number.isFinite(Number(value[1])))) empty.push(`${where}: ${expr}`);
      }
      return empty;
    };
    let last: string[] = [];
    await mesh
      .waitUntil(
        'every query has data',
        async () => {
          last = await lacking();
          return last.length === 0;
        },
        30_000,
      )
      .catch(() => expect(last).toEqual([]));
    for (const { where, metric, label } of dashboardChoices()) {
      expect(await prometheus!.labelValues(metric, label), where).not.toEqual([]);
    }
    expect((await prometheus!.targets()).filter(({ lastError }) => lastError !== '')).toEqual([]);
  },
);

withPrometheus(`an exemplar leads from a bucket to the trace of a request${note}`, async () => {
  const led = await prometheus!.traceIds(
    'deepxray_scoring_duration_seconds_bucket{job="gateway",deepxray_outcome="ok"}',
  );
  expect(led.some((traceId) => traceIds.includes(traceId))).toBe(true);
});
