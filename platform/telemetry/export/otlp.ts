/** Spans and figures by OTLP over HTTP. Loaded only where there is somewhere to send them. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';

/** Both take their endpoint, headers and time-outs from OpenTelemetry's environment variables. */
export const createSpanExporter = (): SpanExporter => new OTLPTraceExporter();

export const createMetricReader = (everyMs: number): MetricReader =>
  new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter() as never,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, 10_000),
  });
