/** A real mesh that traces every request, and a collector that is slow, full or gone: no request suffers, spans do. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminPort, adminPorts } from './harness/admin-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { logLines } from './harness/log-lines.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';

let mesh: Mesh;
let collector: TraceCollector;
let hand: Hand;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-logs-'));
  collector = await startTraceCollector();
  mesh = await startMesh({
    scoringPods: 1,
    logs: join(folder, 'logs'),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: '700',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
  });
  hand = await syntheticHand(1);
});
afterAll(async () => {
  await mesh?.stop();
  collector?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function droppedBy({ port }: AdminPort): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^deepxray_spans_dropped_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1]);
}

/** Scored while the collector is as it is. */
async function scoreSome(): Promise<string[]> {
  const replies = await Promise.all(
    Array.from({ length: 3 }, () => scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } })),
  );
  for (const { status, body } of replies) {
    expect([status, Object.keys(body.joints).length]).toEqual([200, 10]);
  }
  return replies.map(({ body }) => body.traceId);
}

test.each([
  ['says that it is overloaded', () => collector.behave({ status: 503 })],
  ['says that it is sent too much', () => collector.behave({ status: 429 })],
  ['never answers', () => collector.behave('silent')],
])('a collector that %s fails no radiograph; what it did not take is counted', async (_, become) => {
  const before = await Promise.all(adminPorts(mesh, 1).map(droppedBy));
  become();
  await scoreSome();
  await mesh.waitUntil(
    'every process has counted spans that were lost',
    async () => {
      const now = await Promise.all(adminPorts(mesh, 1).map(droppedBy));
      return now.every((count, index) => count > before[index]!);
    },
    30_000,
  );
});

test('spans arrive again with the collector, and each process has told when that changed, not of each export', async () => {
  collector.behave('well');
  const [traceId] = await scoreSome();
  const roles = [...new Set(adminPorts(mesh, 1).map(({ role }) => role))];
  await mesh.waitUntil(
    'spans of every process arrive',
    () =>
      roles.every((role) =>
        collector.spans.some((span) => span.traceId === traceId && span.service === role),
      ),
    30_000,
  );
  const told = logLines(join(folder, 'logs')).filter(
    ({ msg }) => msg === 'spans on their way to the collector',
  );
  for (const { role } of adminPorts(mesh, 1)) expect(told.map(({ service }) => service)).toContain(role);
  const byProcess = Map.groupBy(told, ({ instance }) => instance);
  for (const lines of byProcess.values()) {
    const turns = lines.map((_, index) => (index % 2 === 0 ? 'lost' : 'arriving'));
    expect(lines.map(({ state }) => state)).toEqual(turns);
  }
});

test('a collector that is gone fails no radiograph, and holds up no stop', async () => {
  collector.stop();
  await scoreSome();
  expect(await mesh.stop()).toBe(0);
  expect(mesh.leftBehind()).toEqual([]);
});
