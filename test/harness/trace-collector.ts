/** A collector inside a test: OTLP over HTTP in protobuf, its spans read, all else kept as it came. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ReceivedSpan, readSpans } from '../../launcher/traces/otlp-spans.ts';
import { readBody } from '../../launcher/traces/read-body.ts';

export type CollectedSpan = ReceivedSpan;

export type TraceCollector = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  endpoint: string;
  spans: CollectedSpan[];
  /** All that came: spans and metrics, unpacked but not read. */
  bodies: { path: string; bytes: Uint8Array }[];
  /** From now on exports are answered so and thrown away, or left without an answer, until it is well again. */
  behave(how: 'well' | 'silent' | { status: number }): void;
  stop(): void;
};

export async function startTraceCollector({ host = '127.0.0.1', port = 0 } = {}): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const bodies: TraceCollector['bodies'] = [];
  let behaviour: Parameters<TraceCollector['behave']>[0] = 'well';
  const server = createServer(async (request, response) => {
    const bytes = await readBody(request);
    if (behaviour === 'silent') return;
    if (behaviour !== 'well') {
      response.writeHead(behaviour.status, { 'retry-after': '1' }).end();
      return;
    }
    bodies.push({ path: request.url ?? '', bytes });
    if (request.url === '/v1/traces') spans.push(...readSpans(bytes));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }).listen(port, host);
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    behave(how) {
      behaviour = how;
      // Those that were left without an answer would count as slow for ever.
      server.closeAllConnections();
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
