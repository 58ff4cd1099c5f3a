/** How long clients waited, and what failed. Pure. */

import { isTransientStatus } from '../../cli/retry-policy.ts';
import { quantile } from '../statistics/moments.ts';
import { NOTHING, type Statistic, Undefined } from '../statistics/statistic.ts';
import type { FilmCase } from './cases.ts';
import type { Subsets } from './figure.ts';

/** Of the mesh, not of the film. */
export const isFailure = ({ record }: FilmCase): boolean => isTransientStatus(record.status);

/** Milliseconds, over films with scores; shares, over all. */
export function timingStatistics(films: FilmCase[]): Record<string, Statistic> {
  const answered = films.filter(({ record }) => record.status === 200);
  const times = (take: (record: FilmCase['record']) => number | undefined, name: string) => {
    const values = answered.flatMap(({ record }) => take(record) ?? []);
    const none = new Undefined('no film was scored');
    const at = (share: number) => (values.length === 0 ? none : quantile(values, share));
    return { [`${name}-median`]: at(0.5), [`${name}-p95`]: at(0.95), [`${name}-longest`]: at(1) };
  };
  const share = (belongs: (one: FilmCase) => boolean): Statistic =>
    films.length === 0 ? NOTHING : films.filter(belongs).length / films.length;
  return {
    ...times(({ timesMs }) => timesMs.bodyPart, 'body-part'),
    ...times(({ timesMs }) => timesMs.firstJoint, 'first-joint'),
    ...times(({ timesMs }) => timesMs.last, 'last-joint'),
    failed: share(isFailure),
    'asked-again': share(({ record }) => record.tries > 1),
  };
}

const isScored = ({ record }: FilmCase): boolean => record.status === 200;

/** Times are those of films with scores. */
export const TIMING_SUBSETS: Subsets<FilmCase> = Object.fromEntries(
  ['body-part', 'first-joint', 'last-joint'].flatMap((name) =>
    ['median', 'p95', 'longest'].map((at) => [`${name}-${at}`, isScored]),
  ),
);
