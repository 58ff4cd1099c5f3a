/**
 * For each bucket of a histogram, the last trace that fell into it: what leads from a slow bucket on a
 * dashboard to a request that was slow. OpenTelemetry's SDK for JavaScript has no exemplars yet (2.x).
 */
import type { Attributes, SpanContext } from '@opentelemetry/api';

export type Exemplar = { value: number; traceId: string; spanId: string; atMs: number };

/** By bucket, from the lowest. */
type OfSeries = (Exemplar | undefined)[];

const kept = new Map<string, OfSeries>();

export function keepExemplar(
  metric: string,
  buckets: readonly number[],
  attributes: Attributes,
  value: number,
  { traceId, spanId }: SpanContext,
): void {
  const key = seriesKey(metric, attributes);
  let series = kept.get(key);
  if (!series) {
    series = [];
    kept.set(key, series);
  }
  const fits = buckets.findIndex((bound) => value <= bound);
  series[fits < 0 ? buckets.length : fits] = { value, traceId, spanId, atMs: Date.now() };
}

export const exemplarsOf = (metric: string, attributes: Attributes): readonly (Exemplar | undefined)[] =>
  kept.get(seriesKey(metric, attributes)) ?? [];

/** Attributes come in the same order from the same place, so they need no sorting. */
const seriesKey = (metric: string, attributes: Attributes): string => {
  let key = metric;
  for (const name in attributes) key += `\0${name}\0${attributes[name]}`;
  return key;
};
