/** A collector of traces inside a test: OTLP over HTTP in protobuf, read as far as tests need it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';

export type CollectedSpan = {
  service: string;
  instance: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** ms since 1970, with fractions. */
  start: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
  /** Span ids of the spans that it links to. */
  links: string[];
};

export type TraceCollector = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  endpoint: string;
  spans: CollectedSpan[];
  stop(): void;
};

export async function startTraceCollector({ host = '127.0.0.1', port = 0 } = {}): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (request.url === '/v1/traces') spans.push(...readRequest(body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }).listen(port, host);
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Exporters send chunked bodies, without a length, and may compress them. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

// Field numbers are those of opentelemetry/proto/collector/trace/v1 and what it is made of.

function readRequest(bytes: Uint8Array): CollectedSpan[] {
  const spans: CollectedSpan[] = [];
  eachField(bytes, { 1: (reader) => spans.push(...readResourceSpans(reader.bytes())) });
  return spans;
}

function readResourceSpans(bytes: Uint8Array): CollectedSpan[] {
  let resource: CollectedSpan['attributes'] = {};
  const spans: Omit<CollectedSpan, 'service' | 'instance'>[] = [];
  eachField(bytes, {
    1: (reader) => {
      resource = readAttributes(reader.bytes(), 1);
    },
    2: (reader) => eachField(reader.bytes(), { 2: (inner) => spans.push(readSpan(inner.bytes())) }),
  });
  const service = String(resource['service.name'] ?? '');
  const instance = String(resource['service.instance.id'] ?? '');
  return spans.map((span) => ({ ...span, service, instance }));
}

function readSpan(bytes: Uint8Array): Omit<CollectedSpan, 'service' | 'instance'> {
  const span = { traceId: '', spanId: '', parentSpanId: '', name: '', start: 0, end: 0 };
  const links: string[] = [];
  eachField(bytes, {
    1: (reader) => {
      span.traceId = hex(reader.bytes());
    },
    2: (reader) => {
      span.spanId = hex(reader.bytes());
    },
    4: (reader) => {
      span.parentSpanId = hex(reader.bytes());
    },
    5: (reader) => {
      span.name = reader.string();
    },
    7: (reader) => {
      span.start = Number(reader.fixed64()) / 1e6;
    },
    8: (reader) => {
      span.end = Number(reader.fixed64()) / 1e6;
    },
    13: (reader) =>
      eachField(reader.bytes(), {
        2: (inner) => {
          links.push(hex(inner.bytes()));
        },
      }),
  });
  return { ...span, links, attributes: readAttributes(bytes, 9) };
}

/** Repeated KeyValue at `field`; arrays and maps are left out. */
function readAttributes(bytes: Uint8Array, field: number): CollectedSpan['attributes'] {
  const attributes: CollectedSpan['attributes'] = {};
  eachField(bytes, {
    [field]: (reader) => {
      let key = '';
      let value: string | number | boolean | undefined;
      eachField(reader.bytes(), {
        1: (inner) => {
          key = inner.string();
        },
        2: (inner) =>
          eachField(inner.bytes(), {
            1: (one) => {
              value = one.string();
            },
            2: (one) => {
              value = one.bool();
            },
            3: (one) => {
              value = Number(one.int64());
            },
            4: (one) => {
              value = one.double();
            },
          }),
      });
      if (value !== undefined) attributes[key] = value;
    },
  });
  return attributes;
}

function eachField(bytes: Uint8Array, readers: Record<number, (reader: BinaryReader) => void>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = readers[field];
    if (read) read(reader);
    else reader.skip(wireType, field);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
