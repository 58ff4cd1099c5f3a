/** Rate, errors and duration of scorings as clients see them, and the time to the first joint. */
import { ERROR_CODES, type ErrorCode } from '#platform/errors/code.ts';
import { createCounter, createHistogram, observe } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import type { Outcome } from '#platform/telemetry/schema/outcomes.ts';

export type ScoringMetrics = ReturnType<typeof createScoringMetrics>;

export function createScoringMetrics(inFlight: () => number) {
  const duration = createHistogram('scoringDuration');
  const firstJoint = createHistogram('firstJointDuration');
  const errors = createCounter(
    'errors',
    ERROR_CODES.map((code) => ({ [ATTRIBUTE.errorCode]: code })),
  );
  observe('scoringsInFlight', (result) => result.observe(inFlight()));
  return {
    onFirstJoint: (seconds: number) => firstJoint.record(seconds),
    onScored: (seconds: number, outcome: Outcome) =>
      duration.record(seconds, { [ATTRIBUTE.outcome]: outcome }),
    onError: (code: ErrorCode) => errors.add(1, { [ATTRIBUTE.errorCode]: code }),
  };
}
