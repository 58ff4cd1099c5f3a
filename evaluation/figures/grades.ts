/** How well the grades of scored joints agree with the reference's. Pure. */
import { GRADES, gradeOfPercent } from '#platform/domain/grades.ts';
import {
  accuracy,
  accuracyOfAlways,
  balancedAccuracy,
  f1,
  kappa,
  precision,
  recall,
  shareWithin,
} from '../statistics/agreement.ts';
import { brierScore, expectedCalibrationError } from '../statistics/calibration.ts';
import {
  type ConfusionMatrix,
  confusionMatrix,
  emptyMatrix,
  totalOf,
} from '../statistics/confusion-matrix.ts';
import { icc21, icc31 } from '../statistics/intraclass-correlation.ts';
import { meanAbsoluteError } from '../statistics/paired-measurements.ts';
import { averagePrecisionOf, ranking, rocAucOf } from '../statistics/ranking.ts';
import { ratio, type Statistic, unusable } from '../statistics/statistic.ts';
import type { JointCase } from './cases.ts';
import { erosionPresence } from './erosion-presence.ts';
import type { Subsets } from './figure.ts';

export type ScoredCase = JointCase &
  Required<Pick<JointCase, 'reference' | 'answer'>> & {
    reference: NonNullable<JointCase['reference']>;
    answer: NonNullable<JointCase['answer']>;
  };

/** Joints that both the reference and the system graded. */
export const scoredCases = (cases: readonly JointCase[]): ScoredCase[] =>
  cases.filter((one): one is ScoredCase => one.reference !== undefined && one.answer !== undefined);

/** Chance that a joint is eroded at all, as the model puts it: 1 − p₀. */
export const erosionProbability = ({ answer }: Pick<ScoredCase, 'answer'>): number =>
  Math.min(1, Math.max(0, 1 - answer.probabilities[0]!));

export const gradeMatrix = (cases: readonly ScoredCase[]): ConfusionMatrix =>
  confusionMatrix(
    cases.map(({ answer }) => answer.score),
    cases.map(({ reference }) => reference.grade),
    GRADES.length,
  );

export function gradeStatistics(cases: ScoredCase[]): Record<string, Statistic> {
  const matrix = gradeMatrix(cases);
  const answered = cases.map(({ answer }) => answer.score);
  const actual = cases.map(({ reference }) => reference.grade);
  const probabilities = cases.map(erosionProbability);
  const eroded = actual.map((grade) => (grade > 0 ? 1 : 0));
  const unrankable = unusable(probabilities);
  const ranked = ranking(probabilities, eroded);
  const withPercent = cases.filter(({ reference }) => reference.percent !== undefined);
  const percents = withPercent.map(({ reference }) => reference.percent!);
  const sure = cases.filter(({ answer }) => !answer.doubtful);
  return {
    accuracy: accuracy(matrix),
    'within-1': shareWithin(matrix, 1),
    'balanced-accuracy': balancedAccuracy(matrix),
    kappa: kappa(matrix),
    'linear-kappa': kappa(matrix, 'linear'),
    'quadratic-kappa': kappa(matrix, 'quadratic'),
    mae: meanAbsoluteError(answered, actual),
    'mae-percent': meanAbsoluteError(
      withPercent.map(({ answer }) => answer.erosionPercent),
      percents,
    ),
    'icc-2-1': icc21([answered, actual]),
    'icc-3-1': icc31([answered, actual]),
    ...erosionPresence(matrix),
    'roc-auc': unrankable ?? rocAucOf(ranked),
    'pr-auc': unrankable ?? averagePrecisionOf(ranked),
    'calibration-error': expectedCalibrationError(probabilities, eroded),
    brier: brierScore(probabilities, eroded),
    sure: ratio(sure.length, cases.length, 'there is nothing to compute it from'),
    'accuracy-where-sure': accuracy(gradeMatrix(sure)),
    ...alwaysZero(matrix, percents),
    ...Object.fromEntries(
      GRADES.flatMap((grade) => [
        [`precision-${grade}`, precision(matrix, grade)],
        [`recall-${grade}`, recall(matrix, grade)],
        [`f1-${grade}`, f1(matrix, grade)],
      ]),
    ),
  };
}

/** What is counted over some of the scored joints. */
export const GRADE_SUBSETS: Subsets<ScoredCase> = {
  'mae-percent': ({ reference }) => reference.percent !== undefined,
  'always-0-mae-percent': ({ reference }) => reference.percent !== undefined,
  sensitivity: ({ reference }) => reference.grade > 0,
  specificity: ({ reference }) => reference.grade === 0,
  'accuracy-where-sure': ({ answer }) => !answer.doubtful,
  ...Object.fromEntries(
    GRADES.flatMap((grade): [string, (one: ScoredCase) => boolean][] => [
      [`precision-${grade}`, ({ answer }) => answer.score === grade],
      [`recall-${grade}`, ({ reference }) => reference.grade === grade],
      [`f1-${grade}`, ({ answer, reference }) => answer.score === grade || reference.grade === grade],
    ]),
  ),
};

/** What an answer of 0 for every joint would reach on the same joints; its κ is 0 by definition. */
function alwaysZero(matrix: ConfusionMatrix, percents: number[]): Record<string, Statistic> {
  const always = emptyMatrix(GRADES.length);
  for (const row of matrix) for (const [grade, count] of row.entries()) always[0]![grade]! += count;
  const graded = totalOf(always);
  const sum = always[0]!.reduce((total, count, grade) => total + count * grade, 0);
  return {
    'always-0-accuracy': accuracyOfAlways(matrix, 0),
    'always-0-within-1': shareWithin(always, 1),
    'always-0-balanced-accuracy': balancedAccuracy(always),
    'always-0-mae': ratio(sum, graded, 'there is nothing to compute it from'),
    'always-0-mae-percent': meanAbsoluteError(
      percents,
      percents.map(() => gradeOfPercent(0)),
    ),
  };
}
