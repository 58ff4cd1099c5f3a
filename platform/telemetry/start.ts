/**
 * Starts OpenTelemetry for a process: traces by OTLP where `OTEL_EXPORTER_OTLP_ENDPOINT` (or its
 * traces form) is set, metrics for Prometheus on the admin port. Spans are made by our own thin
 * wrappers (gRPC, NATS, HTTP): the stock gRPC instrumentation still speaks the older attribute
 * names, and none is kept for NATS.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { AggregationType, MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions/incubating';
import type { Role } from './names.ts';

/** OpenTelemetry's own boundaries are for milliseconds: nearly all of our seconds would fall below the first. */
const DURATIONS: ViewOptions = {
  instrumentUnit: 's',
  aggregation: {
    type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    options: {
      boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    },
  },
};

export type Telemetry = {
  /** Answers `GET /metrics` in Prometheus' text format. */
  serveMetrics(request: IncomingMessage, response: ServerResponse): void;
  /** Sends what is left; gives up after a second, since a collector that is away must not hold a stop. */
  stop(): Promise<void>;
};

export function startTelemetry(role: Role, instance: string, exportTraces: boolean): Telemetry {
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: role, [ATTR_SERVICE_INSTANCE_ID]: instance }));
  const tracerProvider = new NodeTracerProvider({
    resource,
    // Nobody would see the spans: ids still travel, nothing is recorded.
    ...(exportTraces ? {} : { sampler: new AlwaysOffSampler() }),
    spanProcessors: exportTraces ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  });
  tracerProvider.register();
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ resource, readers: [exporter], views: [DURATIONS] });
  metrics.setGlobalMeterProvider(meterProvider);
  return {
    serveMetrics: (request, response) => exporter.getMetricsRequestHandler(request, response),
    async stop() {
      const patience = new Promise((resolve) => setTimeout(resolve, 1000).unref());
      await Promise.race([
        Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]),
        patience,
      ]);
    },
  };
}
