/** Rate, errors and duration of scorings, the time to the first joint and to each, and what became of it. */
import { jointOutcomeOf } from '#platform/domain/joint-outcome.ts';
import { jointFromProto } from '#platform/domain/joints.ts';
import { ERROR_CODES, toDeepXRayError } from '#platform/errors/code.ts';
import { createCounter, createHistogram, observe } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { OUTCOME_OF } from '#platform/telemetry/schema/outcomes.ts';
import { type Completed, Completed_Outcome, type JointResult } from '#proto/deepxray/v1/scoring.ts';
import type { ScoreCommand } from './score-radiograph.ts';

export type ScoringMetrics = ReturnType<typeof createScoringMetrics>;

export function createScoringMetrics(inFlight: () => number) {
  const duration = createHistogram('scoringDuration');
  const firstJoint = createHistogram('firstJointDuration');
  const joints = createHistogram('jointDuration');
  const askedAgain = createCounter(
    'jointsAskedAgain',
    ['failed', 'overdue'].map((reason) => ({ [ATTRIBUTE.askedAgainFor]: reason })),
  );
  const dropped = createCounter('reportsDropped');
  const errors = createCounter(
    'errors',
    ERROR_CODES.map((code) => ({ [ATTRIBUTE.errorCode]: code })),
  );
  observe('scoringsInFlight', (result) => result.observe(inFlight()));

  return {
    onAskedAgain: (count: number, reason: 'failed' | 'overdue') =>
      askedAgain.add(count, { [ATTRIBUTE.askedAgainFor]: reason }),
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
        joints.record(seconds(), {
          [ATTRIBUTE.joint]: jointFromProto(result.joint) ?? 'unknown',
          [ATTRIBUTE.jointOutcome]: jointOutcomeOf(result.result),
        });
        command.onJoint(result);
      };
      try {
        const completed = await run({ ...command, onJoint });
        const complete = completed.outcome === Completed_Outcome.OUTCOME_COMPLETE;
        duration.record(seconds(), { [ATTRIBUTE.outcome]: complete ? 'ok' : 'deadline' });
        return completed;
      } catch (thrown) {
        const { code } = toDeepXRayError(thrown);
        errors.add(1, { [ATTRIBUTE.errorCode]: code });
        duration.record(seconds(), { [ATTRIBUTE.outcome]: OUTCOME_OF[code] });
        throw thrown;
      }
    },
  };
}
