/** Every figure that a confusion matrix of grades alone can give. Pure. */
import { GRADES } from '#platform/domain/grades.ts';
import { erosionPresence } from '../figures/erosion-presence.ts';
import {
  accuracy,
  accuracyOfAlways,
  balancedAccuracy,
  f1,
  kappa,
  meanDistance,
  precision,
  recall,
  shareWithin,
} from '../statistics/agreement.ts';
import { type ConfusionMatrix, totalOf } from '../statistics/confusion-matrix.ts';
import { iccsOfMatrix } from '../statistics/intraclass-correlation.ts';
import type { Statistic } from '../statistics/statistic.ts';
import { hold, type Published, publishedAbout, type Verdict } from './published.ts';

export type MatrixFigures = {
  /** Pairs: the one denominator of every share below. */
  n: number;
  accuracy: Statistic;
  within1: Statistic;
  balancedAccuracy: Statistic;
  kappa: Statistic;
  linearKappa: Statistic;
  quadraticKappa: Statistic;
  meanAbsoluteError: Statistic;
  icc21: Statistic;
  icc31: Statistic;
  sensitivity: Statistic;
  specificity: Statistic;
  alwaysZero: { accuracy: Statistic; within1: Statistic };
  byGrade: { grade: number; precision: Statistic; recall: Statistic; f1: Statistic }[];
  matrix: ConfusionMatrix;
  published: Verdict[];
};

export function describeMatrix(matrix: ConfusionMatrix, published: Published[] = []): MatrixFigures {
  const always = matrix.map((row, answer) =>
    row.map((_, grade) => (answer === 0 ? matrix.reduce((sum, other) => sum + other[grade]!, 0) : 0)),
  );
  return {
    n: totalOf(matrix),
    accuracy: accuracy(matrix),
    within1: shareWithin(matrix, 1),
    balancedAccuracy: balancedAccuracy(matrix),
    kappa: kappa(matrix),
    linearKappa: kappa(matrix, 'linear'),
    quadraticKappa: kappa(matrix, 'quadratic'),
    meanAbsoluteError: meanDistance(matrix),
    ...iccsOfMatrix(matrix),
    ...erosionPresence(matrix),
    alwaysZero: { accuracy: accuracyOfAlways(matrix, 0), within1: shareWithin(always, 1) },
    byGrade: GRADES.map((grade) => ({
      grade,
      precision: precision(matrix, grade),
      recall: recall(matrix, grade),
      f1: f1(matrix, grade),
    })),
    matrix,
    published: [...publishedAbout(matrix), ...published].map((one) => hold(one, matrix)),
  };
}
