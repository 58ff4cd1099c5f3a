/** How well a score ranks those that have a condition above those that have not. Pure. */
import { type Statistic, Undefined, unusable } from './statistic.ts';

/** Of one cut: at least this score is called positive. */
export type Cut = { score: number; truePositives: number; falsePositives: number };

export type Ranking = { cuts: Cut[]; positives: number; negatives: number };

/** Cuts from the highest score down, ties as one. `isPositive` is 0 or 1. */
export function ranking(scores: ArrayLike<number>, isPositive: ArrayLike<number>): Ranking {
  // Numbers sort many times as fast as indices by a comparison, and a bootstrap sorts thousands of times.
  const ascending = (wanted: boolean) =>
    Float64Array.from(Array.from(scores).filter((_, at) => Boolean(isPositive[at]) === wanted)).sort();
  const [positives, negatives] = [ascending(true), ascending(false)];
  const cuts: Cut[] = [];
  let [hit, alarm] = [positives.length - 1, negatives.length - 1];
  while (hit >= 0 || alarm >= 0) {
    const score = Math.max(
      positives[hit] ?? Number.NEGATIVE_INFINITY,
      negatives[alarm] ?? Number.NEGATIVE_INFINITY,
    );
    while (hit >= 0 && positives[hit] === score) hit -= 1;
    while (alarm >= 0 && negatives[alarm] === score) alarm -= 1;
    const truePositives = positives.length - 1 - hit;
    cuts.push({ score, truePositives, falsePositives: negatives.length - 1 - alarm });
  }
  return { cuts, positives: positives.length, negatives: negatives.length };
}

const NO_POSITIVE = new Undefined('nothing is positive');
const NO_NEGATIVE = new Undefined('nothing is negative');

/**
 * Area under the ROC curve by trapezoids: the chance that a positive scores higher than a negative, ties
 * half (Hanley & McNeil, Radiology 1982;143:29). As scikit-learn's roc_auc_score.
 */
export function rocAuc(scores: ArrayLike<number>, isPositive: ArrayLike<number>): Statistic {
  return unusable(scores, isPositive) ?? rocAucOf(ranking(scores, isPositive));
}

export function rocAucOf({ cuts, positives, negatives }: Ranking): Statistic {
  if (positives === 0) return NO_POSITIVE;
  if (negatives === 0) return NO_NEGATIVE;
  let area = 0;
  let [hits, alarms] = [0, 0];
  for (const { truePositives, falsePositives } of cuts) {
    area += (falsePositives - alarms) * (truePositives + hits);
    [hits, alarms] = [truePositives, falsePositives];
  }
  return area / (2 * positives * negatives);
}

/**
 * Average precision Σ (Rₙ − Rₙ₋₁) Pₙ, the area under the precision–recall curve without interpolation (Davis &
 * Goadrich, ICML 2006, on why not by trapezoids). As scikit-learn's average_precision_score, which
 * gives 0 and a warning where nothing is positive; here that is undefined.
 */
export function averagePrecision(scores: ArrayLike<number>, isPositive: ArrayLike<number>): Statistic {
  return unusable(scores, isPositive) ?? averagePrecisionOf(ranking(scores, isPositive));
}

export function averagePrecisionOf({ cuts, positives }: Ranking): Statistic {
  if (positives === 0) return NO_POSITIVE;
  let area = 0;
  let hits = 0;
  for (const { truePositives, falsePositives } of cuts) {
    area += ((truePositives - hits) / positives) * (truePositives / (truePositives + falsePositives));
    hits = truePositives;
  }
  return area;
}
