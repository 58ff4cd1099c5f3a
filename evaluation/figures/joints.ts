/** Whether joints are found, and how near. Pure. */

import type { Film } from '../dataset/dataset.ts';
import { mean, quantileOfSorted } from '../statistics/moments.ts';
import { ratio, type Statistic, Undefined } from '../statistics/statistic.ts';
import { centreOf, type JointCase } from './cases.ts';
import type { Subsets } from './figure.ts';

/** Shares of the hand within which a joint counts as placed, in percent. */
export const THRESHOLDS_PERCENT = [1, 2, 5] as const;

export type PlacedCase = JointCase & {
  /** Distance in percent of the diagonal of the hand's joints' box; undefined where it was not found. */
  errorPercent: number | undefined;
  errorMm: number | undefined;
  isAbsent: boolean;
};

/** Joints whose place is known, or which are known not to be there, on films that were let in. */
export function placedCases(cases: readonly JointCase[]): PlacedCase[] {
  const diagonals = new Map<Film, number | undefined>();
  return cases.flatMap((one) => {
    const { film, joint, answer, lost } = one;
    const position = film.positions[joint];
    const isAbsent = film.absent.includes(joint);
    if ((!position && !isAbsent) || lost?.step === 'body-part' || lost?.step === 'mesh') return [];
    if (!diagonals.has(film)) diagonals.set(film, handDiagonalPx(film));
    const diagonal = diagonals.get(film);
    const centre = answer && centreOf(answer);
    const apart =
      centre && position && !isAbsent ? Math.hypot(centre.x - position.x, centre.y - position.y) : undefined;
    return [
      {
        ...one,
        isAbsent,
        errorPercent: apart === undefined || diagonal === undefined ? undefined : (100 * apart) / diagonal,
        errorMm: apart === undefined || film.spacingMm === undefined ? undefined : apart * film.spacingMm,
      },
    ];
  });
}

/** Fewer known joints span no hand. */
const LEAST_JOINTS = 5;

/** The diagonal of the upright box around the joints that are known: the measure of a hand. */
export function handDiagonalPx({ positions }: Pick<Film, 'positions'>): number | undefined {
  const known = Object.values(positions);
  if (known.length < LEAST_JOINTS) return undefined;
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  return Math.hypot(span(known.map(({ x }) => x)), span(known.map(({ y }) => y)));
}

const ascending = (values: number[]): Float64Array => Float64Array.from(values).sort();

const NONE_FOUND = new Undefined('no joint was found');
const NO_SPACING = new Undefined('no film says its spacing in millimetres');

export function jointStatistics(cases: PlacedCase[]): Record<string, Statistic> {
  const there = cases.filter(({ isAbsent }) => !isAbsent);
  const absent = cases.filter(({ isAbsent }) => isAbsent);
  const errors = ascending(there.flatMap(({ errorPercent }) => errorPercent ?? []));
  const errorsMm = ascending(there.flatMap(({ errorMm }) => errorMm ?? []));
  const of = (
    values: Float64Array,
    statistic: (values: Float64Array) => number,
    none: Undefined,
  ): Statistic => (values.length === 0 ? none : statistic(values));
  return {
    found: ratio(there.filter(({ answer }) => answer).length, there.length, 'no joint has a known place'),
    'absent-found': ratio(absent.filter(({ answer }) => answer).length, absent.length, 'no joint is absent'),
    'error-percent-mean': of(errors, mean, NONE_FOUND),
    'error-percent-median': of(errors, (values) => quantileOfSorted(values, 0.5), NONE_FOUND),
    'error-percent-p95': of(errors, (values) => quantileOfSorted(values, 0.95), NONE_FOUND),
    'error-mm-mean': of(errorsMm, mean, NO_SPACING),
    'error-mm-median': of(errorsMm, (values) => quantileOfSorted(values, 0.5), NO_SPACING),
    'error-mm-p95': of(errorsMm, (values) => quantileOfSorted(values, 0.95), NO_SPACING),
    ...Object.fromEntries(
      THRESHOLDS_PERCENT.map((threshold) => [
        `within-${threshold}-percent`,
        ratio(
          there.filter(({ errorPercent }) => errorPercent !== undefined && errorPercent <= threshold).length,
          there.length,
          'no joint has a known place',
        ),
      ]),
    ),
  };
}

const isThere = ({ isAbsent }: PlacedCase): boolean => !isAbsent;
const isMeasured = ({ errorPercent }: PlacedCase): boolean => errorPercent !== undefined;
const isMeasuredInMm = ({ errorMm }: PlacedCase): boolean => errorMm !== undefined;

/** What is counted over some of the joints. */
export const JOINT_SUBSETS: Subsets<PlacedCase> = {
  found: isThere,
  'absent-found': ({ isAbsent }) => isAbsent,
  ...Object.fromEntries(THRESHOLDS_PERCENT.map((threshold) => [`within-${threshold}-percent`, isThere])),
  ...Object.fromEntries(
    ['mean', 'median', 'p95'].flatMap((at) => [
      [`error-percent-${at}`, isMeasured],
      [`error-mm-${at}`, isMeasuredInMm],
    ]),
  ),
};
