/** Instruments by their name in the schema, made once a process; histograms keep exemplars. */
import { type Attributes, metrics, type ObservableResult, TraceFlags, trace } from '@opentelemetry/api';
import type { Metric } from '../schema/definition.ts';
import { type CounterName, type HistogramName, METRICS, type ObservedName } from '../schema/metrics.ts';
import { keepExemplar } from './exemplars.ts';

const meter = () => metrics.getMeter('deepxray');

export type Histogram = { record(value: number, attributes?: Attributes): void };
export type Counter = { add(value: number, attributes?: Attributes): void };

/** An OpenTelemetry histogram that also remembers, for each bucket, the last trace that fell into it. */
export function createHistogram(which: HistogramName): Histogram {
  const { name, unit, doc, buckets } = METRICS[which];
  const inner = meter().createHistogram(name, {
    unit,
    description: doc,
    advice: { explicitBucketBoundaries: [...buckets] },
  });
  return {
    record(value, attributes = {}) {
      inner.record(value, attributes);
      const span = trace.getActiveSpan()?.spanContext();
      if (span && span.traceFlags & TraceFlags.SAMPLED) keepExemplar(name, buckets, attributes, value, span);
    },
  };
}

/** Each of `begun` stands at 0 at once: a rate needs a first value to rise from. */
export function createCounter(which: CounterName, begun: readonly Attributes[] = [{}]): Counter {
  const { name, unit, doc } = METRICS[which];
  const counter = meter().createCounter(name, { unit, description: doc });
  for (const attributes of begun) counter.add(0, attributes);
  return counter;
}

/** `look` is called whenever somebody asks for the figures. */
export function observe(which: ObservedName, look: (result: ObservableResult) => void): void {
  const { name, unit, doc, kind }: Metric = METRICS[which];
  const settings = { unit, description: doc };
  const instrument =
    kind === 'gauge'
      ? meter().createObservableGauge(name, settings)
      : meter().createObservableCounter(name, settings);
  instrument.addCallback(look);
}
