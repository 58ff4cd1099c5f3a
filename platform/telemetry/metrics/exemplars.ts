/**
 * For each bucket of a histogram, the last trace that fell into it: what leads from a slow bucket on a
 * dashboard to a request that was slow. OpenTelemetry's SDK for JavaScript has no exemplars yet (2.x).
 */
import type { Attributes, SpanContext } from '@opentelemetry/api';

export type Exemplar = { value: number; traceId: string; spanId: string; atMs: number };

/** By bucket, from the lowest. */
type OfSeries = (Exemplar | undefined)[];

/** Below a metric, step by step along the values of its attributes: a key put together would be made for each value. */
type Kept = { series: OfSeries; below: Map<unknown, Kept> };

const kept = new Map<string, Kept>();

export function keepExemplar(
  metric: string,
  buckets: readonly number[],
  attributes: Attributes,
  value: number,
  { traceId, spanId }: SpanContext,
): void {
  const { series } = keptOf(metric, attributes);
  const fits = buckets.findIndex((bound) => value <= bound);
  series[fits < 0 ? buckets.length : fits] = { value, traceId, spanId, atMs: Date.now() };
}

export const exemplarsOf = (metric: string, attributes: Attributes): readonly (Exemplar | undefined)[] =>
  keptOf(metric, attributes).series;

/** Attributes of a metric come in the same order from the same place, so their values say which series it is. */
function keptOf(metric: string, attributes: Attributes): Kept {
  let at = below(kept, metric);
  for (const name in attributes) at = below(at.below, attributes[name]);
  return at;
}

function below<Key>(all: Map<Key, Kept>, key: Key): Kept {
  let found = all.get(key);
  if (!found) {
    found = { series: [], below: new Map() };
    all.set(key, found);
  }
  return found;
}
