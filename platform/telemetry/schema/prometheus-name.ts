/** A metric's name and labels as Prometheus has them: OpenTelemetry's rules for the translation. */
import type { Metric } from './definition.ts';

const UNIT_SUFFIX: Record<string, string> = { s: 'seconds', By: 'bytes' };

export const prometheusUnit = (unit: string): string | undefined => UNIT_SUFFIX[unit];

export const prometheusLabel = (key: string): string => key.replaceAll(/[^a-zA-Z0-9_]/g, '_');

/** Without `_total`, `_bucket` and the like. */
export function prometheusFamily({ name, unit }: Pick<Metric, 'name' | 'unit'>): string {
  const suffix = UNIT_SUFFIX[unit];
  const plain = prometheusLabel(name);
  return suffix === undefined || plain.endsWith(`_${suffix}`) ? plain : `${plain}_${suffix}`;
}

/** The names of a metric's samples. */
export function prometheusSamples(metric: Pick<Metric, 'name' | 'unit' | 'kind'>): string[] {
  const family = prometheusFamily(metric);
  if (metric.kind === 'histogram') return ['bucket', 'count', 'sum'].map((part) => `${family}_${part}`);
  return [metric.kind === 'gauge' ? family : `${family}_total`];
}
