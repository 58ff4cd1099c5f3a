/**
 * Figures as text for Prometheus: OpenMetrics 1.0 with exemplars where the scraper asks for it, else the
 * older text format. Our own, since OpenTelemetry's exporter writes neither exemplars nor units' suffixes,
 * without which a scrape and OTLP would name the same metric differently.
 */
import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { prometheusFamily, prometheusLabel, prometheusUnit } from '../schema/prometheus-name.ts';
import { type Exemplar, exemplarsOf } from './exemplars.ts';

export type Format = 'openmetrics' | 'text';

export const CONTENT_TYPE = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
} as const satisfies Record<Format, string>;

export const formatFor = (accept: string | undefined): Format =>
  accept?.includes('application/openmetrics-text') ? 'openmetrics' : 'text';

export function writeMetrics({ resource, scopeMetrics }: ResourceMetrics, format: Format): string {
  const lines = [
    '# TYPE target_info gauge',
    '# HELP target_info The process.',
    `target_info${labelsOf(resource.attributes as Attributes)} 1`,
  ];
  for (const { metrics } of scopeMetrics) for (const metric of metrics) writeMetric(metric, format, lines);
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function writeMetric(metric: MetricData, format: Format, lines: string[]): void {
  const { name, unit, description } = metric.descriptor;
  const family = prometheusFamily({ name, unit: unit as 's' });
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const sample = isCounter ? `${family}_total` : family;
  const declared = format === 'openmetrics' ? family : sample;
  lines.push(`# TYPE ${declared} ${typeOf(metric)}`);
  const suffix = prometheusUnit(unit);
  if (format === 'openmetrics' && suffix) lines.push(`# UNIT ${declared} ${suffix}`);
  lines.push(`# HELP ${declared} ${escaped(description)}`);
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) {
      const exemplars = format === 'openmetrics' ? exemplarsOf(name, attributes) : [];
      let below = 0;
      value.buckets.counts.forEach((count, index) => {
        below += count;
        const le = value.buckets.boundaries[index];
        const labels = labelsOf(attributes, `le="${le === undefined ? '+Inf' : number(le)}"`);
        lines.push(`${family}_bucket${labels} ${below}${exemplarText(exemplars[index])}`);
      });
      lines.push(`${family}_count${labelsOf(attributes)} ${value.count}`);
      lines.push(`${family}_sum${labelsOf(attributes)} ${number(value.sum ?? 0)}`);
    }
  } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) {
      lines.push(`${sample}${labelsOf(attributes)} ${number(value)}`);
    }
  }
}

function typeOf(metric: MetricData): string {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram';
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
}

function labelsOf(attributes: Attributes, last?: string): string {
  const labels = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${prometheusLabel(key)}="${escaped(String(value)).replaceAll('"', '\\"')}"`);
  if (last !== undefined) labels.push(last);
  return labels.length === 0 ? '' : `{${labels.join(',')}}`;
}

const exemplarText = (exemplar: Exemplar | undefined): string =>
  exemplar === undefined
    ? ''
    : ` # {trace_id="${exemplar.traceId}",span_id="${exemplar.spanId}"} ${number(exemplar.value)} ${(exemplar.atMs / 1000).toFixed(3)}`;

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** Prometheus' words for what is no finite number. */
function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
