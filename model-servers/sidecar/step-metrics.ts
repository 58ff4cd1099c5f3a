/** What a step's dashboard shows: work in hand, how long it takes, what was refused and why. */
import type { Step } from '#platform/bus/subjects.ts';
import { createCounter, createHistogram, observe } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { REFUSAL_REASONS } from '#platform/telemetry/schema/attributes.ts';
import type { Outcome } from '#platform/telemetry/schema/outcomes.ts';
import { Refusal_Reason as Reason, type Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';

const NAMES = new Map(
  Object.entries(Reason).map(([name, value]) => [
    value as number,
    name.replace('REASON_', '').toLowerCase().replaceAll('_', '-'),
  ]),
);

export const nameOfRefusal = (reason: Refusal_Reason): string => NAMES.get(reason) ?? 'unspecified';

export function createStepMetrics(step: Step, inFlight: () => number) {
  const attributes = { [ATTRIBUTE.step]: step };
  const duration = createHistogram('stepDuration');
  const refusals = createCounter(
    'refusals',
    REFUSAL_REASONS.map((reason) => ({ ...attributes, [ATTRIBUTE.refusalReason]: reason })),
  );
  observe('stepInFlight', (result) => result.observe(inFlight(), attributes));
  return {
    done: (ms: number, outcome: Outcome) =>
      duration.record(ms / 1000, { ...attributes, [ATTRIBUTE.outcome]: outcome }),
    refused: (reason: Refusal_Reason) =>
      refusals.add(1, { ...attributes, [ATTRIBUTE.refusalReason]: nameOfRefusal(reason) }),
  };
}
