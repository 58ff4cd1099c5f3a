/** The system as one reader among several, on the joints that all of them graded. Pure. */
import { GRADES } from '#platform/domain/grades.ts';
import { accuracy, kappa, shareWithin } from '../statistics/agreement.ts';
import { confusionMatrix } from '../statistics/confusion-matrix.ts';
import { icc21 } from '../statistics/intraclass-correlation.ts';
import { isDefined, type Statistic, Undefined } from '../statistics/statistic.ts';
import type { JointCase } from './cases.ts';

export const SYSTEM = 'system';

/** One joint's grade by every reader and by the system. */
export type ReadCase = { patient: string; grades: ReadonlyMap<string, number> };

export const readCases = (cases: readonly JointCase[], readers: readonly string[]): ReadCase[] =>
  cases.flatMap(({ patient, film, joint, answer }) => {
    const grades = new Map(readers.map((reader) => [reader, film.gradings[reader]?.[joint]?.grade]));
    if (!answer || [...grades.values()].includes(undefined)) return [];
    return [{ patient, grades: new Map([...(grades as Map<string, number>), [SYSTEM, answer.score]]) }];
  });

export type ReaderPair = { one: string; other: string };

/** The system beside each reader, then the readers beside each other. */
export const readerPairs = (readers: readonly string[]): ReaderPair[] => [
  ...readers.map((other) => ({ one: SYSTEM, other })),
  ...readers.flatMap((one, at) => readers.slice(at + 1).map((other) => ({ one, other }))),
];

export function pairStatistics(
  cases: readonly ReadCase[],
  { one, other }: ReaderPair,
): Record<string, Statistic> {
  const [first, second] = [one, other].map((reader) => cases.map(({ grades }) => grades.get(reader)!));
  const matrix = confusionMatrix(first!, second!, GRADES.length);
  return {
    accuracy: accuracy(matrix),
    'within-1': shareWithin(matrix, 1),
    kappa: kappa(matrix),
    'linear-kappa': kappa(matrix, 'linear'),
    'quadratic-kappa': kappa(matrix, 'quadratic'),
    'icc-2-1': icc21([first!, second!]),
  };
}

/** Mean over pairs with the system less mean over pairs of readers: above 0, it agrees with them as no two of them do. */
export function systemLessReaders(
  cases: readonly ReadCase[],
  readers: readonly string[],
): Record<string, Statistic> {
  const pairs = readerPairs(readers);
  const meanKappa = (those: ReaderPair[]): Statistic => {
    const kappas = those.map((pair) => pairStatistics(cases, pair)['quadratic-kappa']!);
    const defined = kappas.filter(isDefined);
    if (defined.length < kappas.length) return kappas.find((one) => !isDefined(one))!;
    return defined.reduce((sum, one) => sum + one, 0) / defined.length;
  };
  const system = meanKappa(pairs.filter(({ one }) => one === SYSTEM));
  const between = meanKappa(pairs.filter(({ one }) => one !== SYSTEM));
  return {
    'system-reader-quadratic-kappa': system,
    'reader-reader-quadratic-kappa': between,
    'difference-quadratic-kappa':
      isDefined(system) && isDefined(between)
        ? system - between
        : new Undefined(isDefined(system) ? (between as Undefined).because : (system as Undefined).because),
  };
}
