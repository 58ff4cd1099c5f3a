/** A real Jaeger, its traces in memory, and what its API gives back of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePorts } from './free-ports.ts';
import { startProgram } from './program.ts';
import type { CollectedSpan } from './trace-collector.ts';

export type Jaeger = {
  /** OTLP over HTTP. */
  endpoint: string;
  /** As Jaeger's own page asks for a trace: undefined where it has none of this id. */
  trace(traceId: string): Promise<JaegerTrace | undefined>;
  stop(): Promise<void>;
};

type Tag = { key: string; type: string; value: string | number | boolean };

export type JaegerTrace = {
  spans: {
    traceID: string;
    spanID: string;
    operationName: string;
    references: { refType: string; traceID: string; spanID: string }[];
    /** µs */
    startTime: number;
    duration: number;
    tags: Tag[];
    processID: string;
  }[];
  processes: Record<string, { serviceName: string; tags: Tag[] }>;
};

export async function startJaeger(path: string): Promise<Jaeger> {
  const folder = await mkdtemp(join(tmpdir(), 'jaeger-'));
  const ports = await freePorts();
  const [otlp, http, grpc] = [ports.DEEPXRAY_HTTP_PORT, ports.DEEPXRAY_NATS_PORT, ports.DEEPXRAY_GRPC_PORT];
  const config = {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 1000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        http: { endpoint: `127.0.0.1:${http}` },
        grpc: { endpoint: `127.0.0.1:${grpc}` },
      },
    },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlp}` } } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  };
  await writeFile(join(folder, 'config.yaml'), stringify(config));
  const program = await startProgram(path, ['--config', join(folder, 'config.yaml')], {
    isReady: (said) => said.includes('Everything is ready'),
  });
  return {
    endpoint: `http://127.0.0.1:${otlp}`,
    async trace(traceId) {
      const response = await fetch(`http://127.0.0.1:${http}/api/traces/${traceId}`);
      if (!response.ok) return undefined;
      const { data } = (await response.json()) as { data: JaegerTrace[] | null };
      return data?.[0];
    },
    async stop() {
      await program.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A trace of Jaeger's in the terms that trees are made of. */
export const spansOf = ({ spans, processes }: JaegerTrace): CollectedSpan[] =>
  spans.map(({ references, tags, processID, ...span }) => {
    const values = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    const process = processes[processID]!;
    const isParent = ({ refType, traceID }: (typeof references)[number]) =>
      refType === 'CHILD_OF' && traceID === span.traceID;
    const parent = references.find(isParent);
    return {
      service: process.serviceName,
      instance: String(process.tags.find(({ key }) => key === 'service.instance.id')?.value ?? ''),
      traceId: span.traceID,
      spanId: span.spanID,
      parentSpanId: parent?.spanID ?? '',
      name: span.operationName,
      kind: (values['span.kind'] ?? 'internal') as CollectedSpan['kind'],
      start: span.startTime / 1000,
      end: (span.startTime + span.duration) / 1000,
      isError: values.error === true,
      attributes: values,
      links: references.filter((reference) => reference !== parent).map(({ spanID }) => spanID),
    } as CollectedSpan;
  });
