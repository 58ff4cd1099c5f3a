/**
 * Starts OpenTelemetry for a process: traces and metrics by OTLP where the environment names a
 * collector, metrics for Prometheus on the admin port. Spans are made by our own thin wrappers (gRPC,
 * NATS, HTTP): the stock gRPC instrumentation still speaks the older attribute names, and none is kept
 * for NATS.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { metrics } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AlwaysOffSampler, NodeTracerProvider, ParentBasedSampler } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions/incubating';
import { countSpans } from './export/counted-spans.ts';
import { PullReader } from './export/pull-reader.ts';
import { observe } from './metrics/instruments.ts';
import { observeProcess } from './metrics/process-figures.ts';

export type Telemetry = {
  /** Answers `GET /metrics` in Prometheus' text format. */
  serveMetrics(request: IncomingMessage, response: ServerResponse): void;
  /** Sends what is left; gives up after a second, since a collector that is away must not hold a stop. */
  stop(): Promise<void>;
};

export type Export = {
  traces: boolean;
  metrics: boolean;
  metricsEveryMs: number;
  /** Spans begin to be lost, or arrive again. */
  onSpans(state: 'arriving' | 'lost'): void;
};

export async function startTelemetry(role: string, instance: string, to: Export): Promise<Telemetry> {
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: role, [ATTR_SERVICE_INSTANCE_ID]: instance }));
  const otlp = to.traces || to.metrics ? await import('./export/otlp.ts') : undefined;

  const reader = new PullReader();
  const readers = [reader, ...(otlp && to.metrics ? [otlp.createMetricReader(to.metricsEveryMs)] : [])];
  const meterProvider = new MeterProvider({ resource, readers });
  metrics.setGlobalMeterProvider(meterProvider);
  observeProcess();

  const spans = otlp && to.traces ? countSpans(otlp.createSpanExporter(), to.onSpans) : undefined;
  observe('spansDropped', (result) => result.observe(spans?.dropped() ?? 0));
  const tracerProvider = startTracing(resource, spans?.processor);

  return {
    serveMetrics: (request, response) => void reader.answer(request, response),
    async stop() {
      const patience = new Promise((resolve) => setTimeout(resolve, 1000).unref());
      await Promise.race([
        Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]),
        patience,
      ]);
    },
  };
}

function startTracing(resource: Resource, processor: ReturnType<typeof countSpans>['processor'] | undefined) {
  const provider = new NodeTracerProvider({
    resource,
    // Where nobody takes spans, ids are still made, for answers and logs, and nothing is recorded, but what a caller
    // chose to have sampled stays so for those behind us. Else the sampler is the environment's: by default the
    // caller's choice, and all where it made none.
    ...(processor
      ? { spanProcessors: [processor] }
      : { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) }),
  });
  provider.register();
  return provider;
}
