/** Rate, errors and duration of scorings, the time to the first joint, and what became of each joint. */
import { metrics } from '@opentelemetry/api';
import { jointFromProto } from '#platform/domain/joints.ts';
import { toDeepXRayError } from '#platform/errors/code.ts';
import { ATTRIBUTE, METRIC } from '#platform/telemetry/names.ts';
import {
  type Completed,
  Completed_Outcome,
  type JointResult,
  MissingReason,
} from '#proto/deepxray/v1/scoring.ts';
import type { ScoreCommand } from './score-radiograph.ts';

const REASON_NAMES = new Map(Object.entries(MissingReason).map(([name, value]) => [value as number, name]));

export type ScoringMetrics = ReturnType<typeof createScoringMetrics>;

export function createScoringMetrics(inFlight: () => number) {
  const meter = metrics.getMeter('deepxray');
  const duration = meter.createHistogram(METRIC.scoringDuration, { unit: 's' });
  const firstJoint = meter.createHistogram(METRIC.firstJointDuration, { unit: 's' });
  const joints = meter.createCounter(METRIC.jointResults);
  const askedAgain = meter.createCounter(METRIC.jointsAskedAgain);
  const dropped = meter.createCounter(METRIC.reportsDropped);
  const errors = meter.createCounter(METRIC.errors);
  meter.createObservableGauge(METRIC.scoringsInFlight).addCallback((result) => result.observe(inFlight()));

  const countJoint = ({ joint, result }: JointResult) =>
    joints.add(1, {
      [ATTRIBUTE.joint]: jointFromProto(joint) ?? 'unknown',
      [ATTRIBUTE.jointOutcome]:
        result?.$case === 'missing' ? (REASON_NAMES.get(result.value.reason) ?? 'unknown') : 'scored',
    });

  return {
    onAskedAgain: (count: number) => askedAgain.add(count),
    onDropped: (count: number) => dropped.add(count),

    /** Runs a scoring and measures it. */
    async measure(
      command: ScoreCommand,
      run: (measured: ScoreCommand) => Promise<Completed>,
    ): Promise<Completed> {
      const begun = performance.now();
      const seconds = () => (performance.now() - begun) / 1000;
      let first = true;
      const onJoint = (result: JointResult) => {
        if (first && result.result?.$case === 'scored') {
          firstJoint.record(seconds());
          first = false;
        }
        countJoint(result);
        command.onJoint(result);
      };
      try {
        const completed = await run({ ...command, onJoint });
        const complete = completed.outcome === Completed_Outcome.OUTCOME_COMPLETE;
        duration.record(seconds(), { outcome: complete ? 'complete' : 'deadline' });
        return completed;
      } catch (thrown) {
        const { code } = toDeepXRayError(thrown);
        errors.add(1, { [ATTRIBUTE.errorCode]: code });
        duration.record(seconds(), { outcome: code });
        throw thrown;
      }
    },
  };
}
