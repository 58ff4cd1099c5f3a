/**
 * Intraclass correlation of single measurements, Shrout & Fleiss, Psychol. Bull. 1979;86:420 (McGraw &
 * Wong 1996 call them ICC(A,1) and ICC(C,1)). As pingouin's intraclass_corr, rows ICC2 and ICC3. Pure.
 */
import { actualTotals, type ConfusionMatrix, predictedTotals, totalOf } from './confusion-matrix.ts';
import { type Statistic, Undefined, unusable } from './statistic.ts';

type MeanSquares = { subjects: number; readers: number; error: number; n: number; k: number };

/** ICC(2,1), absolute agreement, readers random: (MSR − MSE) / (MSR + (k − 1) MSE + k (MSC − MSE) / n). */
export const icc21 = (readings: readonly ArrayLike<number>[]): Statistic =>
  fromMeanSquares(readings, absolute);

/** ICC(3,1), consistency, readers fixed: (MSR − MSE) / (MSR + (k − 1) MSE). */
export const icc31 = (readings: readonly ArrayLike<number>[]): Statistic =>
  fromMeanSquares(readings, consistent);

/** The same two of the pairs that a confusion matrix counts. */
export function iccsOfMatrix(counts: ConfusionMatrix): { icc21: Statistic; icc31: Statistic } {
  const n = totalOf(counts);
  if (n < 2) return { icc21: TWO_SUBJECTS, icc31: TWO_SUBJECTS };
  const meanOf = (totals: number[]) => totals.reduce((sum, count, grade) => sum + count * grade, 0) / n;
  const [predicted, actual] = [meanOf(predictedTotals(counts)), meanOf(actualTotals(counts))];
  const grand = (predicted + actual) / 2;
  let [subjects, error] = [0, 0];
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      subjects += count * 2 * ((i + j) / 2 - grand) ** 2;
      error += (count * (i - j - (predicted - actual)) ** 2) / 2;
    }
  }
  const readers = n * ((predicted - grand) ** 2 + (actual - grand) ** 2);
  const squares = { subjects: subjects / (n - 1), readers, error: error / (n - 1), n, k: 2 };
  return { icc21: iccOf(squares, absolute), icc31: iccOf(squares, consistent) };
}

const absolute = ({ subjects, readers, error, n, k }: MeanSquares): number =>
  subjects + (k - 1) * error + (k * (readers - error)) / n;
const consistent = ({ subjects, error, k }: MeanSquares): number => subjects + (k - 1) * error;

const TWO_SUBJECTS = new Undefined('it takes two subjects');

/** `readings`: one list for each reader, the same subjects in the same order. */
function fromMeanSquares(
  readings: readonly ArrayLike<number>[],
  denominatorOf: (squares: MeanSquares) => number,
): Statistic {
  const wrong = unusable(...readings);
  if (wrong) return wrong;
  const [k, n] = [readings.length, readings[0]!.length];
  if (k < 2) return new Undefined('it takes two readers');
  if (n < 2) return TWO_SUBJECTS;
  return iccOf(meanSquares(readings, n, k), denominatorOf);
}

function iccOf(squares: MeanSquares, denominatorOf: (squares: MeanSquares) => number): Statistic {
  const denominator = denominatorOf(squares);
  // What rounding leaves of a variance that is none.
  const isZero = Math.abs(denominator) < 1e-14 * (1 + squares.subjects + squares.error + squares.readers);
  if (isZero) return new Undefined('all readings are the same');
  return (squares.subjects - squares.error) / denominator;
}

function meanSquares(readings: readonly ArrayLike<number>[], n: number, k: number): MeanSquares {
  const rowMeans = new Float64Array(n);
  const columnMeans = new Float64Array(k);
  for (const [reader, values] of readings.entries()) {
    for (let subject = 0; subject < n; subject++) {
      rowMeans[subject]! += values[subject]! / k;
      columnMeans[reader]! += values[subject]! / n;
    }
  }
  const grand = columnMeans.reduce((sum, one) => sum + one, 0) / k;
  let [subjects, readers, error] = [0, 0, 0];
  for (const one of rowMeans) subjects += k * (one - grand) ** 2;
  for (const one of columnMeans) readers += n * (one - grand) ** 2;
  for (const [reader, values] of readings.entries()) {
    for (let subject = 0; subject < n; subject++) {
      error += (values[subject]! - rowMeans[subject]! - columnMeans[reader]! + grand) ** 2;
    }
  }
  return {
    subjects: subjects / (n - 1),
    readers: readers / (k - 1),
    error: error / ((n - 1) * (k - 1)),
    n,
    k,
  };
}
