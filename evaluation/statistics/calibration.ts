/** Whether what is called 30 % sure is so in 30 of 100. Pure. */
import { type Statistic, unusable } from './statistic.ts';

export type CalibrationBin = {
  /** Lower and upper end of the bin. */
  from: number;
  to: number;
  count: number;
  meanProbability: number;
  /** Share of it that is positive. */
  observed: number;
};

/**
 * Bins of equal width over [0, 1]; empty ones are left out. As scikit-learn's calibration_curve
 * (strategy "uniform"): a bin holds its upper end, the first one both.
 */
export function calibrationBins(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  bins = 10,
): CalibrationBin[] {
  const tallies = Array.from({ length: bins }, () => ({ count: 0, probability: 0, positive: 0 }));
  // The very edges that numpy's linspace gives: at / bins differs in the last bit for some.
  const edges = Array.from({ length: bins + 1 }, (_, at) => at * (1 / bins));
  for (let at = 0; at < probabilities.length; at++) {
    const probability = probabilities[at]!;
    let bin = Math.min(bins - 1, Math.max(0, Math.floor(probability * bins)));
    while (bin > 0 && probability <= edges[bin]!) bin -= 1;
    while (bin < bins - 1 && probability > edges[bin + 1]!) bin += 1;
    const tally = tallies[bin]!;
    tally.count += 1;
    tally.probability += probability;
    tally.positive += isPositive[at] ? 1 : 0;
  }
  return tallies.flatMap(({ count, probability, positive }, at) =>
    count === 0
      ? []
      : [
          {
            from: at / bins,
            to: (at + 1) / bins,
            count,
            meanProbability: probability / count,
            observed: positive / count,
          },
        ],
  );
}

/**
 * Expected calibration error Σ (n_b / N) |observed_b − mean probability_b| over ten bins of equal width
 * (Naeini et al., AAAI 2015).
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  isPositive: ArrayLike<number>,
): Statistic {
  const wrong = unusable(probabilities, isPositive);
  if (wrong) return wrong;
  const weighted = calibrationBins(probabilities, isPositive).map(
    ({ count, observed, meanProbability }) => count * Math.abs(observed - meanProbability),
  );
  return weighted.reduce((sum, one) => sum + one, 0) / probabilities.length;
}

/** Brier score, mean (p − y)² (Brier, Mon. Weather Rev. 1950;78:1). As scikit-learn's brier_score_loss. */
export function brierScore(probabilities: ArrayLike<number>, isPositive: ArrayLike<number>): Statistic {
  const wrong = unusable(probabilities, isPositive);
  if (wrong) return wrong;
  let squares = 0;
  for (let at = 0; at < probabilities.length; at++) squares += (probabilities[at]! - isPositive[at]!) ** 2;
  return squares / probabilities.length;
}
