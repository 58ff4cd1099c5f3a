import { context, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { beforeAll, expect, test } from 'vitest';
import { createCounter, createHistogram } from './instruments.ts';
import { formatFor, writeMetrics } from './open-metrics.ts';

class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}
const reader = new Reader();
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});

const inTrace = (traceId: string, traceFlags: number, work: () => void) =>
  context.with(trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'cd'.repeat(8), traceFlags }), work);

test('a bucket leads to the last trace that fell into it, where the scraper takes exemplars', async () => {
  const histogram = createHistogram('firstJointDuration');
  inTrace('aa'.repeat(16), 1, () => histogram.record(0.4));
  inTrace('bb'.repeat(16), 1, () => histogram.record(0.45));
  inTrace('ee'.repeat(16), 0, () => histogram.record(0.48));
  const { resourceMetrics } = await reader.collect();
  const text = writeMetrics(resourceMetrics, 'openmetrics');
  expect(text).toMatch(/^deepxray_scoring_first_joint_seconds_bucket\{le="0.25"\} 0$/m);
  expect(text).toMatch(
    /^deepxray_scoring_first_joint_seconds_bucket\{le="0.5"\} 3 # \{trace_id="(bb){16}",span_id="(cd){8}"\} 0.45 \d+\.\d{3}$/m,
  );
  expect(text).toMatch(/^deepxray_scoring_first_joint_seconds_count 3$/m);
  expect(text.endsWith('# EOF\n')).toBe(true);
  expect(writeMetrics(resourceMetrics, 'text')).not.toContain('trace_id');
});

test('a counter is declared without _total in OpenMetrics and with it in the older format', async () => {
  createCounter('errors', []).add(2, { 'deepxray.error_code': 'no-file' });
  const { resourceMetrics } = await reader.collect();
  const sample = 'deepxray_errors_total{deepxray_error_code="no-file"} 2';
  const open = writeMetrics(resourceMetrics, 'openmetrics');
  expect(open).toContain('# TYPE deepxray_errors counter\n');
  expect(open).toContain(sample);
  const text = writeMetrics(resourceMetrics, 'text');
  expect(text).toContain('# TYPE deepxray_errors_total counter\n');
  expect(text).toContain(sample);
});

test('exemplars are for those who ask for OpenMetrics, as Prometheus does', () => {
  expect(formatFor('application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5')).toBe(
    'openmetrics',
  );
  expect(formatFor('*/*')).toBe('text');
  expect(formatFor(undefined)).toBe('text');
});
