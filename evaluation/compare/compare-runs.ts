/** Two runs over the same films, joint by joint: what the second changed. Pure. */

import { BODY_PART_SUBSETS, bodyPartStatistics, type Recognition } from '../figures/body-part.ts';
import type { JointCase } from '../figures/cases.ts';
import { END_TO_END_SUBSETS, endToEndStatistics, type GradedCase, isWithin } from '../figures/end-to-end.ts';
import type { Evaluation } from '../figures/evaluate-run.ts';
import { type Figure, figuresOf, type Subsets } from '../figures/figure.ts';
import { GRADE_SUBSETS, gradeStatistics, type ScoredCase } from '../figures/grades.ts';
import { JOINT_SUBSETS, jointStatistics, type PlacedCase } from '../figures/joints.ts';
import type { BootstrapOptions } from '../statistics/bootstrap.ts';
import { mcNemar, wilcoxonSignedRank } from '../statistics/paired-tests.ts';
import { isDefined, type Statistic } from '../statistics/statistic.ts';

export type JointChange = {
  film: JointCase['film'];
  joint: JointCase['joint'];
  reference: number;
  before: GradedCase;
  after: GradedCase;
  /** Grades by which it is further off than before; no score counts as further than any grade. */
  worseBy: number;
};

export type Comparison = {
  /** `compare.grades.accuracy`, …: this run less the other, on the joints or films of both. */
  figures: Figure[];
  /** Joints of both runs that the reference graded. */
  pairs: number;
  /** Right in one run only, end to end. */
  mcNemar: { onlyBefore: number; onlyAfter: number; pValue: number; exact: boolean };
  /** Of the absolute errors of joints that both scored. */
  wilcoxon: { pairs: number; pValue: number | null; because?: string };
  /** Joints whose answer changed, worst first. */
  changed: JointChange[];
};

type Paired<Case> = { patient: string; before: Case; after: Case };

export function compareRuns(before: Evaluation, after: Evaluation, bootstrap: BootstrapOptions): Comparison {
  const graded = pairUp(before.graded, after.graded);
  const scored = pairUp(before.scored, after.scored);
  const sections = [
    differences(
      'body-part',
      pairUp(before.recognised, after.recognised),
      bodyPartStatistics,
      BODY_PART_SUBSETS,
      bootstrap,
    ),
    differences('joints', pairUp(before.placed, after.placed), jointStatistics, JOINT_SUBSETS, bootstrap),
    differences('grades', scored, gradeStatistics, GRADE_SUBSETS, bootstrap),
    differences('end-to-end', graded, endToEndStatistics, END_TO_END_SUBSETS, bootstrap),
  ];
  return {
    figures: sections.flat(),
    pairs: graded.length,
    mcNemar: mcNemarOf(graded),
    wilcoxon: wilcoxonOf(scored),
    changed: graded.flatMap(changeOf).toSorted((one, other) => other.worseBy - one.worseBy),
  };
}

function pairUp<Case extends { patient: string; film: JointCase['film']; joint?: string }>(
  before: readonly Case[],
  after: readonly Case[],
): Paired<Case>[] {
  const keyOf = ({ film, joint }: Case) => `${joint} ${film.image}`;
  const known = new Map(before.map((one) => [keyOf(one), one]));
  return after.flatMap((one) => {
    const other = known.get(keyOf(one));
    return other ? [{ patient: one.patient, before: other, after: one }] : [];
  });
}

function differences<Case extends Recognition | PlacedCase | ScoredCase | GradedCase>(
  section: string,
  pairs: Paired<Case>[],
  statistics: (cases: Case[]) => Record<string, Statistic>,
  subsets: Subsets<Case>,
  bootstrap: BootstrapOptions,
): Figure[] {
  const subtract = (sample: Paired<Case>[]) => {
    const was = statistics(sample.map((pair) => pair.before));
    const is = statistics(sample.map((pair) => pair.after));
    return Object.fromEntries(
      Object.entries(is).map(([name, now]) => {
        const then = was[name]!;
        if (!isDefined(now)) return [name, now];
        return [name, isDefined(then) ? now - then : then];
      }),
    );
  };
  const either = Object.entries(subsets).map(([name, belongs]) => [
    name,
    ({ before, after }: Paired<Case>) => belongs(before) || belongs(after),
  ]);
  return figuresOf(`compare.${section}`, 'all', pairs, subtract, {
    ...bootstrap,
    subsets: Object.fromEntries(either),
  });
}

function mcNemarOf(pairs: Paired<GradedCase>[]): Comparison['mcNemar'] {
  const right = pairs.map(({ before, after }) => [isWithin(before, 0), isWithin(after, 0)] as const);
  const onlyBefore = right.filter(([was, is]) => was && !is).length;
  const onlyAfter = right.filter(([was, is]) => !was && is).length;
  return { onlyBefore, onlyAfter, ...mcNemar(onlyBefore, onlyAfter) };
}

function wilcoxonOf(pairs: Paired<ScoredCase>[]): Comparison['wilcoxon'] {
  const error = ({ answer, reference }: ScoredCase) => Math.abs(answer.score - reference.grade);
  const test = wilcoxonSignedRank(pairs.map(({ before, after }) => error(after) - error(before)));
  return isDefined(test)
    ? { pairs: pairs.length, pValue: test }
    : { pairs: pairs.length, pValue: null, because: test.because };
}

/** Further off than any grade can be. */
const NO_SCORE_ERROR = 6;

function changeOf({ before, after }: Paired<GradedCase>): JointChange[] {
  if (before.answer?.score === after.answer?.score) return [];
  const error = ({ answer, reference }: GradedCase) =>
    answer ? Math.abs(answer.score - reference.grade) : NO_SCORE_ERROR;
  const { film, joint, reference } = after;
  return [{ film, joint, reference: reference.grade, before, after, worseBy: error(after) - error(before) }];
}
