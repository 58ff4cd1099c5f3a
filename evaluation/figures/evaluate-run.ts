/** Every figure of a run, from its dataset and its answers alone. Pure. */
import type { Dataset } from '../dataset/dataset.ts';
import type { AnswerRecord } from '../run/answer-record.ts';
import type { Variant } from '../run/variant.ts';
import type { BootstrapOptions } from '../statistics/bootstrap.ts';
import type { Statistic } from '../statistics/statistic.ts';
import { BODY_PART_SUBSETS, bodyPartStatistics, type Recognition, recognitions } from './body-part.ts';
import { type FilmCase, filmCases, groupsOf, type JointCase, jointCases } from './cases.ts';
import { END_TO_END_SUBSETS, endToEndStatistics, type GradedCase, gradedCases } from './end-to-end.ts';
import { type Figure, figuresOf, type Subsets } from './figure.ts';
import { GRADE_SUBSETS, gradeStatistics, type ScoredCase, scoredCases } from './grades.ts';
import { JOINT_SUBSETS, jointStatistics, type PlacedCase, placedCases } from './joints.ts';
import {
  type Change,
  changeStatistics,
  changes,
  type HandVisit,
  handVisits,
  totalStatistics,
} from './patients.ts';
import { pairStatistics, readCases, readerPairs, systemLessReaders } from './readers.ts';
import { stepCases, stepStatistics } from './steps.ts';
import { TIMING_SUBSETS, timingStatistics } from './timing.ts';

export type Evaluation = {
  figures: Figure[];
  /** The reader that grades are compared with; undefined where nobody graded. */
  reference: string | undefined;
  films: FilmCase[];
  recognised: Recognition[];
  joints: JointCase[];
  graded: GradedCase[];
  scored: ScoredCase[];
  placed: PlacedCase[];
  visits: HandVisit[];
  visitsTooFew: number;
  changes: Change[];
  /** Joints that every reader and the system graded, where there are several readers. */
  readByAll: number;
};

export type EvaluationOptions = {
  bootstrap: BootstrapOptions;
  reference?: string;
  onSection?(name: string): void;
};

export function evaluateRun(
  dataset: Dataset,
  records: readonly AnswerRecord[],
  { bootstrap, reference = dataset.readers[0], onSection = () => undefined }: EvaluationOptions,
): Evaluation {
  const byVariant = Map.groupBy(records, ({ variant }) => variant);
  const films = filmCases(dataset.films, byVariant.get('plain') ?? []);
  const recognised = recognitions(films);
  const joints = jointCases(films, reference);
  const graded = gradedCases(joints);
  const scored = scoredCases(joints);
  const placed = placedCases(joints);
  const { visits, tooFew } = handVisits(graded);
  const changed = changes(visits);
  const read = dataset.readers.length > 1 ? readCases(joints, dataset.readers) : [];

  const figures: Figure[] = [];
  const add = <Case extends { patient: string }>(
    section: string,
    group: string,
    cases: Case[],
    statistics: (cases: Case[]) => Record<string, Statistic>,
    subsets: Subsets<Case> = {},
  ) => figures.push(...figuresOf(section, group, cases, statistics, { ...bootstrap, subsets }));

  onSection('body part');
  add('body-part', 'all', recognised, bodyPartStatistics, BODY_PART_SUBSETS);
  onSection('joints');
  for (const { group, cases } of groupsOf(placed))
    add('joints', group, cases, jointStatistics, JOINT_SUBSETS);
  onSection('grades');
  for (const { group, cases } of groupsOf(scored))
    add('grades', group, cases, gradeStatistics, GRADE_SUBSETS);
  onSection('end to end');
  for (const { group, cases } of groupsOf(graded))
    add('end-to-end', group, cases, endToEndStatistics, END_TO_END_SUBSETS);
  onSection('patients');
  add('patients', 'all', visits, totalStatistics);
  add('change', 'all', changed, changeStatistics);
  const steps = stepCases(gradedByVariant(dataset, byVariant, reference));
  if (steps) {
    onSection('steps');
    add('steps', 'all', steps, stepStatistics);
  }
  if (read.length > 0) {
    onSection('readers');
    for (const pair of readerPairs(dataset.readers)) {
      add('readers', `${pair.one} – ${pair.other}`, read, (cases) => pairStatistics(cases, pair));
    }
    add('readers', 'all', read, (cases) => systemLessReaders(cases, dataset.readers));
  }
  onSection('times');
  add('times', 'all', films, timingStatistics, TIMING_SUBSETS);
  return {
    figures,
    reference,
    films,
    recognised,
    joints,
    graded,
    scored,
    placed,
    visits,
    visitsTooFew: tooFew,
    changes: changed,
    readByAll: read.length,
  };
}

function gradedByVariant(
  dataset: Dataset,
  byVariant: ReadonlyMap<Variant, AnswerRecord[]>,
  reference: string | undefined,
): Map<Variant, GradedCase[]> {
  return new Map(
    [...byVariant].map(([variant, records]) => [
      variant,
      gradedCases(jointCases(filmCases(dataset.films, records), reference)),
    ]),
  );
}
