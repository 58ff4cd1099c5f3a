/** A scoring's trace: the gateway's own span stands in the client's trace, and over the call to the orchestrator. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { png } from './harness/raw-http.ts';
import { scoreJson } from './harness/score.ts';
import { type StandIn, startStandIn, wellBehaved } from './harness/stand-in-orchestrator.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';
import { waitUntil } from './harness/wait-until.ts';

let orchestrator: StandIn;
let gateway: Gateway;
let collector: TraceCollector;
beforeAll(async () => {
  orchestrator = await startStandIn(wellBehaved);
  collector = await startTraceCollector();
  gateway = await startGateway(orchestrator.address, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
  collector?.stop();
});

const spansOf = (traceId: string, count: number) =>
  waitUntil(
    `${count} spans of ${traceId} are collected`,
    () => {
      const spans = collector.spans.filter((span) => span.traceId === traceId);
      return spans.length === count && spans;
    },
    { within: 5000 },
  );

test('a scoring is one server span, and one client span below it (stand-in for the orchestrator)', async () => {
  const caller = 'cd'.repeat(8);
  const headers = { traceparent: `00-${'ab'.repeat(16)}-${caller}-01`, 'x-request-id': 'study-7' };
  const { body } = await scoreJson(gateway, png(), { headers });

  const spans = await spansOf(body.traceId, 2);
  const server = spans.find(({ name }) => name === 'POST /score')!;
  const client = spans.find(({ name }) => name === 'deepxray.v1.ScoringService/ScoreStream')!;
  expect(server).toMatchObject({ service: 'gateway', parentSpanId: caller });
  expect(server.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/score',
    'http.response.status_code': 200,
    'deepxray.request_id': 'study-7',
  });
  expect(client.parentSpanId).toBe(server.spanId);
  const metadata = orchestrator.calls.at(-1)!.metadata;
  expect(metadata.get('traceparent')).toEqual([`00-${body.traceId}-${client.spanId}-01`]);
});

test('a refusal has its code on the span, and nothing of what was sent', async () => {
  const { body } = await scoreJson(gateway, Buffer.from('GIF89a of miller'));
  const spans = await spansOf(body.traceId, 2);
  expect(JSON.stringify(spans)).not.toContain('miller');
  const root = spans.find(({ name }) => name === 'POST /score')!;
  expect(root.attributes).toMatchObject({
    'http.response.status_code': 415,
    'deepxray.error_code': 'unsupported-format',
  });
});

test.each([
  ['gone', async () => ({ endpoint: 'http://127.0.0.1:9', stop: () => undefined })],
  ['full', () => startDeafCollector((response) => response.writeHead(429).end())],
  ['silent for ever', () => startDeafCollector(() => undefined)],
])(
  'a collector that is %s fails no request, and holds up no stop (stand-in for the orchestrator)',
  async (_, start) => {
    const deaf = await start();
    const away = await startGateway(orchestrator.address, {
      OTEL_EXPORTER_OTLP_ENDPOINT: deaf.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
    });
    try {
      const replies = await Promise.all(Array.from({ length: 10 }, () => scoreJson(away, png())));
      expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    } finally {
      expect(await away.stop()).toBe(0);
      deaf.stop();
    }
  },
);

/** A real HTTP server that takes exports as a collector in trouble does. */
async function startDeafCollector(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('what machines poll leaves no spans', async () => {
  await fetch(`${gateway.url}/readyz`);
  await fetch(`${gateway.url}/livez`);
  await fetch(`${gateway.url}/metrics`);
  const { body } = await scoreJson(gateway, png());
  await spansOf(body.traceId, 2);
  expect(collector.spans.filter(({ name }) => !/score|ScoreStream/i.test(name))).toEqual([]);
});
