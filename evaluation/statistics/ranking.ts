/** How well a score ranks those that have a condition above those that have not. Pure. */
import { type Statistic, Undefined, unusable } from './statistic.ts';

/** Of one cut: at least this score is called positive. */
export type Cut = { score: number; truePositives: number; falsePositives: number };

type Ranking = { cuts: Cut[]; positives: number; negatives: number };

/** Cuts from the highest score down, ties as one. `isPositive` is 0 or 1. */
export function ranking(scores: ArrayLike<number>, isPositive: ArrayLike<number>): Ranking {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort((a, b) => scores[b]! - scores[a]!);
  const cuts: Cut[] = [];
  let [truePositives, falsePositives] = [0, 0];
  for (const [place, at] of order.entries()) {
    if (isPositive[at]) truePositives += 1;
    else falsePositives += 1;
    const next = order[place + 1];
    if (next === undefined || scores[next] !== scores[at]) {
      cuts.push({ score: scores[at]!, truePositives, falsePositives });
    }
  }
  return { cuts, positives: truePositives, negatives: falsePositives };
}

const NO_POSITIVE = new Undefined('nothing is positive');
const NO_NEGATIVE = new Undefined('nothing is negative');

/**
 * Area under the ROC curve by trapezoids: the chance that a positive scores higher than a negative, ties
 * half (Hanley & McNeil, Radiology 1982;143:29). As scikit-learn's roc_auc_score.
 */
export function rocAuc(scores: ArrayLike<number>, isPositive: ArrayLike<number>): Statistic {
  const wrong = unusable(scores, isPositive);
  if (wrong) return wrong;
  const { cuts, positives, negatives } = ranking(scores, isPositive);
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
  const wrong = unusable(scores, isPositive);
  if (wrong) return wrong;
  const { cuts, positives } = ranking(scores, isPositive);
  if (positives === 0) return NO_POSITIVE;
  let area = 0;
  let hits = 0;
  for (const { truePositives, falsePositives } of cuts) {
    area += ((truePositives - hits) / positives) * (truePositives / (truePositives + falsePositives));
    hits = truePositives;
  }
  return area;
}
