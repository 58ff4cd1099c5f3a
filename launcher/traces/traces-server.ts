/** `npm start -- --traces`: takes the spans of every process, and shows the last requests on a page. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readSpans } from './otlp-spans.ts';
import { listPage, tracePage, unknownPage } from './page.ts';
import { readBody } from './read-body.ts';
import { createTraceStore, type TraceStore } from './trace-store.ts';

/** Nothing is loaded, run or sent to: the page is text and its own style. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";

export type TracesServer = {
  /** For people. */
  url: string;
  /** For `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. */
  endpoint: string;
  stop(): void;
};

/** On loopback only. */
export async function startTracesServer(port: number): Promise<TracesServer> {
  const store = createTraceStore();
  const server = createServer((request, response) => {
    answer(request, response, store).catch(() => {
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${port}/`,
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, store: TraceStore): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/v1/traces' && request.method === 'POST') {
    store.add(readSpans(await readBody(request)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  } else if (url.pathname === '/') {
    show(response, 200, listPage(store.latest()));
  } else if (url.pathname === '/trace') {
    const id = url.searchParams.get('id') ?? '';
    const trace = store.get(id);
    show(response, trace ? 200 : 404, trace ? tracePage(trace) : unknownPage(id));
  } else {
    show(response, 404, unknownPage(url.pathname));
  }
}

function show(response: ServerResponse, status: number, page: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
    })
    .end(page);
}
