/**
 * What a client gets in the end. One denominator throughout: every joint that the reference graded on a
 * film of a left hand, whether the system scored it, missed it or refused its film. Pure.
 */
import { GRADES } from '#platform/domain/grades.ts';
import { balancedAccuracy, kappa } from '../statistics/agreement.ts';
import { confusionMatrix } from '../statistics/confusion-matrix.ts';
import { NOTHING, ratio, type Statistic } from '../statistics/statistic.ts';
import { type JointCase, STEPS } from './cases.ts';
import type { Subsets } from './figure.ts';

export type GradedCase = JointCase & { reference: NonNullable<JointCase['reference']> };

export const gradedCases = (cases: readonly JointCase[]): GradedCase[] =>
  cases.filter((one): one is GradedCase => one.reference !== undefined);

/** A class of its own: neither right nor near any grade. */
const NO_ANSWER = GRADES.length;

/** Whether the grade differs by at most `within`; no answer never does. */
export const isWithin = ({ answer, reference }: GradedCase, within: number): boolean =>
  answer !== undefined && Math.abs(answer.score - reference.grade) <= within;

export function endToEndStatistics(cases: GradedCase[]): Record<string, Statistic> {
  const n = cases.length;
  const share = (belongs: (one: GradedCase) => boolean): Statistic =>
    n === 0 ? NOTHING : cases.filter(belongs).length / n;
  const eroded = cases.filter(({ reference }) => reference.grade > 0);
  const sound = cases.filter(({ reference }) => reference.grade === 0);
  const matrix = confusionMatrix(
    cases.map(({ answer }) => answer?.score ?? NO_ANSWER),
    cases.map(({ reference }) => reference.grade),
    GRADES.length + 1,
  );
  return {
    scored: share(({ answer }) => answer !== undefined),
    accuracy: share((one) => isWithin(one, 0)),
    'within-1': share((one) => isWithin(one, 1)),
    'balanced-accuracy': balancedAccuracy(matrix),
    kappa: kappa(matrix),
    sensitivity: ratio(
      eroded.filter(({ answer }) => answer !== undefined && answer.score > 0).length,
      eroded.length,
      'no joint is eroded',
    ),
    specificity: ratio(
      sound.filter(({ answer }) => answer?.score === 0).length,
      sound.length,
      'every joint is eroded',
    ),
    'always-0-accuracy': share(({ reference }) => reference.grade === 0),
    'always-0-within-1': share(({ reference }) => reference.grade <= 1),
    ...Object.fromEntries(STEPS.map((step) => [`lost-at-${step}`, share(({ lost }) => lost?.step === step)])),
  };
}

/** What is counted over some of the graded joints. */
export const END_TO_END_SUBSETS: Subsets<GradedCase> = {
  sensitivity: ({ reference }) => reference.grade > 0,
  specificity: ({ reference }) => reference.grade === 0,
};
