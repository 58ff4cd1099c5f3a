/** Two measurements of the same subjects on one continuous scale. Pure. */
import { mean, standardDeviation } from './moments.ts';
import { type Statistic, Undefined, unusable } from './statistic.ts';

const TWO_NEEDED = new Undefined('it takes two subjects');

/** Mean |a − b|. As scikit-learn's mean_absolute_error. */
export function meanAbsoluteError(one: ArrayLike<number>, other: ArrayLike<number>): Statistic {
  return unusable(one, other) ?? mean(differences(one, other).map(Math.abs));
}

/** √ mean (a − b)². As scikit-learn's root_mean_squared_error. */
export function rootMeanSquaredError(one: ArrayLike<number>, other: ArrayLike<number>): Statistic {
  return unusable(one, other) ?? Math.sqrt(mean(differences(one, other).map((apart) => apart * apart)));
}

/** Pearson's r. As scipy's pearsonr, which gives NaN where one is constant. */
export function pearson(one: ArrayLike<number>, other: ArrayLike<number>): Statistic {
  const wrong = unusable(one, other);
  if (wrong) return wrong;
  if (one.length < 2) return TWO_NEEDED;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  let [both, squaresOne, squaresOther] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at]! - meanOne, other[at]! - meanOther];
    both += a * b;
    squaresOne += a * a;
    squaresOther += b * b;
  }
  if (isConstant(one) || isConstant(other)) return new Undefined('one of the two is the same for all');
  return Math.max(-1, Math.min(1, both / Math.sqrt(squaresOne * squaresOther)));
}

/** The normal quantile that Bland and Altman's 95 % stand for, as they print it. */
const NORMAL_95 = 1.96;

export type LimitsOfAgreement = { bias: number; lower: number; upper: number };

/**
 * Mean difference (one − other) and the limits within which 95 % of differences lie: bias ± 1.96 SD, n − 1 in
 * the SD (Bland & Altman, Lancet 1986;327:307).
 */
export function limitsOfAgreement(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
): LimitsOfAgreement | Undefined {
  const wrong = unusable(one, other);
  if (wrong) return wrong;
  if (one.length < 2) return TWO_NEEDED;
  const apart = differences(one, other);
  const [bias, spread] = [mean(apart), NORMAL_95 * standardDeviation(apart)];
  return { bias, lower: bias - spread, upper: bias + spread };
}

/**
 * Smallest detectable change: 1.96 SD / (√2 √k) of the differences between the *change* scores of two
 * readings, k readings being averaged in use (Bruynesteyn et al., Ann. Rheum. Dis. 2005;64:179).
 */
export function smallestDetectableChange(
  changes: ArrayLike<number>,
  others: ArrayLike<number>,
  averaged = 1,
): Statistic {
  const wrong = unusable(changes, others);
  if (wrong) return wrong;
  if (changes.length < 2) return TWO_NEEDED;
  return (NORMAL_95 * standardDeviation(differences(changes, others))) / Math.sqrt(2 * averaged);
}

/** Mean change over its standard deviation (Liang, Fossel & Larson, Med. Care 1990;28:632). */
export function standardisedResponseMean(changes: ArrayLike<number>): Statistic {
  const wrong = unusable(changes);
  if (wrong) return wrong;
  if (changes.length < 2) return TWO_NEEDED;
  if (isConstant(changes)) return new Undefined('all changed alike');
  return mean(changes) / standardDeviation(changes);
}

/** A loop: a bootstrap comes here thousands of times, and `from` with a mapping is ten times as slow. */
function differences(one: ArrayLike<number>, other: ArrayLike<number>): Float64Array {
  const apart = new Float64Array(one.length);
  for (let at = 0; at < apart.length; at++) apart[at] = one[at]! - other[at]!;
  return apart;
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let at = 1; at < values.length; at++) if (values[at] !== values[0]) return false;
  return true;
}
