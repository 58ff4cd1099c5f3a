/** Rate, errors and duration of scorings as clients see them, and the time to the first joint. */
import { metrics } from '@opentelemetry/api';
import type { ErrorCode } from '#platform/errors/code.ts';
import { ATTRIBUTE, METRIC } from '#platform/telemetry/names.ts';

export type ScoringMetrics = ReturnType<typeof createScoringMetrics>;

export function createScoringMetrics(inFlight: () => number) {
  const meter = metrics.getMeter('deepxray');
  const duration = meter.createHistogram(METRIC.scoringDuration, { unit: 's' });
  const firstJoint = meter.createHistogram(METRIC.firstJointDuration, { unit: 's' });
  const errors = meter.createCounter(METRIC.errors);
  meter.createObservableGauge(METRIC.scoringsInFlight).addCallback((result) => result.observe(inFlight()));
  return {
    onFirstJoint: (seconds: number) => firstJoint.record(seconds),
    onScored: (seconds: number, httpStatus: number) =>
      duration.record(seconds, { 'http.response.status_code': httpStatus }),
    onError: (code: ErrorCode) => errors.add(1, { [ATTRIBUTE.errorCode]: code }),
  };
}
