/** Why a pod has nothing for a joint: its time was up, or something failed that another try may mend. */
import { type DeadlineMs, hasPassed } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';

export function whyMissing(thrown: unknown, deadline: DeadlineMs): MissingReason {
  // A model server may see the deadline before this process' clock does.
  const cameTooLate = thrown instanceof DeepXRayError && thrown.code === 'deadline-exceeded';
  return cameTooLate || hasPassed(deadline)
    ? MissingReason.MISSING_REASON_DEADLINE
    : MissingReason.MISSING_REASON_FAILED;
}
