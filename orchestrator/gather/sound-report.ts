/**
 * A pod's word is taken for what it can be: probabilities that are none, a share beyond 100 % or a place that is no
 * number would otherwise end as a grade that nobody gave. Such a report counts as a failure of its joint.
 */
import { GRADES } from '#platform/domain/grades.ts';
import type { JointPosition, Report, Scored } from '#proto/deepxray/bus/v1/bus.ts';
import { type Joint, MissingReason } from '#proto/deepxray/v1/scoring.ts';

type Said = NonNullable<Report['report']>;

/** Networks compute in float32: a probability may miss 0 or 1, and their sum 1, by a hair. */
const HAIR = 0.01;

/** The report itself, or that its joint failed, so that it is asked for again. */
export function soundReport(said: Said): Said {
  switch (said.$case) {
    case 'scored':
      return isGrade(said.value) ? said : failed(said.value.joint, said.value.attempt);
    case 'dispatched': {
      const { position, cropSide, attempt } = said.value;
      return !position || isPlace(position, cropSide) ? said : failed(position.joint, attempt);
    }
    case 'missing':
    case 'extractionDone':
      return said;
  }
}

// Of a NaN no comparison holds.
const isWithin = (value: number, most: number): boolean => value >= -HAIR && value <= most + HAIR;

const isGrade = ({ probabilities, erosionPercent }: Scored): boolean =>
  probabilities.length === GRADES.length &&
  probabilities.every((probability) => isWithin(probability, 1)) &&
  Math.abs(probabilities.reduce((sum, probability) => sum + probability, 0) - 1) <= HAIR &&
  isWithin(erosionPercent, 100);

const isPlace = (position: JointPosition, cropSide: number): boolean =>
  [position.x, position.y, position.confidence, cropSide].every(Number.isFinite) && cropSide > 0;

const failed = (joint: Joint, attempt: number): Said => ({
  $case: 'missing',
  value: { joint, reason: MissingReason.MISSING_REASON_FAILED, attempt },
});
