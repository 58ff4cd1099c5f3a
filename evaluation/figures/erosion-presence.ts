/** Erosion told from none: grade > 0 against grade 0. Pure. */
import { actualTotals, type ConfusionMatrix } from '../statistics/confusion-matrix.ts';
import { ratio, type Statistic } from '../statistics/statistic.ts';

/** Sensitivity: of eroded joints, the share graded above 0. Specificity: of joints without, the share graded 0. */
export function erosionPresence(counts: ConfusionMatrix): { sensitivity: Statistic; specificity: Statistic } {
  const [sound, ...eroded] = actualTotals(counts);
  const positives = eroded.reduce((sum, count) => sum + count, 0);
  const missed = counts[0]!.slice(1).reduce((sum, count) => sum + count, 0);
  return {
    sensitivity: ratio(positives - missed, positives, 'no joint is eroded'),
    specificity: ratio(counts[0]![0]!, sound!, 'every joint is eroded'),
  };
}
