/** How far two readings on one ordinal scale agree, from their confusion matrix alone. Pure. */
import {
  actualTotals,
  type ConfusionMatrix,
  countWithin,
  predictedTotals,
  totalOf,
} from './confusion-matrix.ts';
import { NOTHING, ratio, type Statistic, Undefined } from './statistic.ts';

/** Share of equal pairs: Σ nᵢᵢ / N. As scikit-learn's accuracy_score. */
export const accuracy = (counts: ConfusionMatrix): Statistic => shareWithin(counts, 0);

/** Share of pairs that differ by at most `within` classes, of the same N as the accuracy: Σ_{|i−j| ≤ w} nᵢⱼ / N. */
export function shareWithin(counts: ConfusionMatrix, within: number): Statistic {
  const total = totalOf(counts);
  return total === 0 ? NOTHING : countWithin(counts, within) / total;
}

/** Mean |predicted − actual|, in classes. As scikit-learn's mean_absolute_error of the pairs. */
export function meanDistance(counts: ConfusionMatrix): Statistic {
  const total = totalOf(counts);
  if (total === 0) return NOTHING;
  let distance = 0;
  for (const [i, row] of counts.entries())
    for (const [j, count] of row.entries()) distance += Math.abs(i - j) * count;
  return distance / total;
}

/** Accuracy of always answering `answer`: the share of that class. */
export function accuracyOfAlways(counts: ConfusionMatrix, answer: number): Statistic {
  const total = totalOf(counts);
  return total === 0 ? NOTHING : actualTotals(counts)[answer]! / total;
}

/** Mean recall of the classes that occur (Brodersen et al., ICPR 2010). As scikit-learn's balanced_accuracy_score. */
export function balancedAccuracy(counts: ConfusionMatrix): Statistic {
  const occurring = actualTotals(counts).flatMap((total, at) =>
    total > 0 ? [counts[at]![at]! / total] : [],
  );
  if (occurring.length === 0) return NOTHING;
  return occurring.reduce((sum, recall) => sum + recall, 0) / occurring.length;
}

/** Of those predicted as `of`, the share that is. Undefined where none was predicted (scikit-learn: 0 and a warning). */
export const precision = (counts: ConfusionMatrix, of: number): Statistic =>
  ratio(counts[of]![of]!, predictedTotals(counts)[of]!, `nothing was predicted as ${of}`);

/** Of those that are `of`, the share predicted so. Undefined where there is none (scikit-learn: 0 and a warning). */
export const recall = (counts: ConfusionMatrix, of: number): Statistic =>
  ratio(counts[of]![of]!, actualTotals(counts)[of]!, `nothing is ${of}`);

/** Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN) (van Rijsbergen 1979). */
export function f1(counts: ConfusionMatrix, of: number): Statistic {
  const either = predictedTotals(counts)[of]! + actualTotals(counts)[of]!;
  return ratio(2 * counts[of]![of]!, either, `nothing is ${of} or was predicted so`);
}

export type KappaWeights = 'none' | 'linear' | 'quadratic';

const DISAGREEMENT = {
  none: (apart: number) => (apart === 0 ? 0 : 1),
  linear: (apart: number) => apart,
  quadratic: (apart: number) => apart * apart,
} satisfies Record<KappaWeights, (apart: number) => number>;

/**
 * Cohen's κ = 1 − Σ wᵢⱼ nᵢⱼ / Σ wᵢⱼ eᵢⱼ, eᵢⱼ = nᵢ₊ n₊ⱼ / N; w is 0/1, |i − j| or (i − j)². Cohen, Educ. Psychol.
 * Meas. 1960;20:37 and Psychol. Bull. 1968;70:213. As scikit-learn's cohen_kappa_score. Undefined where
 * both give one and the same class throughout: chance alone then agrees wholly.
 */
export function kappa(counts: ConfusionMatrix, weights: KappaWeights = 'none'): Statistic {
  const total = totalOf(counts);
  if (total === 0) return NOTHING;
  const [rows, columns] = [predictedTotals(counts), actualTotals(counts)];
  const weigh = DISAGREEMENT[weights];
  let observed = 0;
  let expected = 0;
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      const weight = weigh(Math.abs(i - j));
      observed += weight * count;
      expected += (weight * rows[i]! * columns[j]!) / total;
    }
  }
  if (expected === 0) return new Undefined('both readings give the same one grade throughout');
  return 1 - observed / expected;
}
