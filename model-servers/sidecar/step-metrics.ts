/** What a step's dashboard shows: work in hand, how long it takes, what was refused and why. */
import { metrics } from '@opentelemetry/api';
import type { Step } from '#platform/bus/subjects.ts';
import { ATTRIBUTE, METRIC } from '#platform/telemetry/names.ts';
import type { Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { Refusal_Reason as Reason } from '#proto/deepxray/bus/v1/bus.ts';

export function createStepMetrics(step: Step, inFlight: () => number) {
  const meter = metrics.getMeter('deepxray');
  const attributes = { [ATTRIBUTE.step]: step };
  const duration = meter.createHistogram(METRIC.stepDuration, { unit: 's' });
  const refusals = meter.createCounter(METRIC.refusals);
  meter
    .createObservableGauge(METRIC.stepInFlight)
    .addCallback((result) => result.observe(inFlight(), attributes));
  const nameOf = new Map(Object.entries(Reason).map(([name, value]) => [value as number, name]));
  return {
    done: (ms: number) => duration.record(ms / 1000, attributes),
    refused: (reason: Refusal_Reason) =>
      refusals.add(1, { ...attributes, reason: nameOf.get(reason) ?? 'unknown' }),
  };
}
