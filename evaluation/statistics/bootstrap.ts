/**
 * 95 % intervals by resampling whole patients: joints of one hand resemble each other, and an interval that
 * takes them as independent is too narrow. Seeded, so that a run can be repeated to the digit. Pure.
 */
import { createRandom } from '../../synthetic/random.ts';
import { quantileOfSorted } from './moments.ts';
import { normalCdf, studentQuantile } from './special-functions.ts';
import { isDefined, type Statistic } from './statistic.ts';

export type Interval = { low: number; high: number };

/** A statistic with its interval; none where fewer than two patients, or too few draws, give the statistic. */
export type Estimate = { value: Statistic; interval: Interval | undefined };

export type BootstrapOptions = { draws: number; seed: number };

/** Of draws in which the statistic is defined, this share at least, or there is no interval. */
const LEAST_DEFINED = 0.9;

/**
 * Several statistics of one sample with their intervals: percentile intervals of the clustered bootstrap
 * (Davison & Hinkley 1997, 3.8), widened for few patients as Hesterberg's expanded percentile interval
 * (Am. Stat. 2015;69:371): the quantiles taken are Φ(∓√(n / (n − 1)) t₀.₉₇₅,ₙ₋₁) in place of 2.5 and 97.5 %, n patients.
 *
 * On simulated studies of 30, 60 and 120 patients these held the truth as often as BCa, bias-corrected,
 * jackknife and t intervals did, or more often.
 */
export function bootstrap<Item, Name extends string>(
  patients: readonly (readonly Item[])[],
  statistics: (items: Item[]) => Record<Name, Statistic>,
  { draws, seed }: BootstrapOptions,
): Record<Name, Estimate> {
  const values = statistics(patients.flat());
  const names = Object.keys(values) as Name[];
  const drawn = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  const random = createRandom(seed);
  const n = patients.length;
  for (let draw = 0; draw < draws && n >= 2; draw++) {
    const sample: Item[] = [];
    for (let at = 0; at < n; at++) for (const item of patients[random.index(n)]!) sample.push(item);
    const again = statistics(sample);
    for (const name of names) {
      const value = again[name];
      if (isDefined(value)) drawn[name].push(value);
    }
  }
  return Object.fromEntries(
    names.map((name) => {
      const isKnown =
        isDefined(values[name]) && n >= 2 && drawn[name].length >= Math.max(1, LEAST_DEFINED * draws);
      return [name, { value: values[name], interval: isKnown ? intervalOf(drawn[name], n) : undefined }];
    }),
  ) as Record<Name, Estimate>;
}

/** None where every draw gives the same: the sample then cannot say how far off it is. */
function intervalOf(drawn: number[], patients: number): Interval | undefined {
  const ascending = Float64Array.from(drawn).sort();
  if (ascending[0] === ascending.at(-1)) return undefined;
  const share = lowerShare(patients);
  return { low: quantileOfSorted(ascending, share), high: quantileOfSorted(ascending, 1 - share) };
}

/** 0.025, and less the fewer the patients. */
export const lowerShare = (patients: number): number =>
  normalCdf(-Math.sqrt(patients / (patients - 1)) * studentQuantile(0.975, patients - 1));

/**
 * Exact interval (Clopper & Pearson, Biometrika 1934;26:404) of a share that is 0 or 1 in all patients, each taken as
 * one trial since joints of one patient may all go wrong together: 0 to 1 − 0.025^(1/n), or its mirror image.
 */
export function intervalOfNone(value: 0 | 1, patients: number): Interval {
  const reach = 1 - 0.025 ** (1 / patients);
  return value === 0 ? { low: 0, high: reach } : { low: 1 - reach, high: 1 };
}
