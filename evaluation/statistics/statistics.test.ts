/** Each statistic against what established implementations give; `fixtures/make.py` says which and how. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  balancedAccuracy,
  f1,
  type KappaWeights,
  kappa,
  meanDistance,
  precision,
  recall,
  shareWithin,
} from './agreement.ts';
import { brierScore, calibrationBins, expectedCalibrationError } from './calibration.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { icc21, icc31, iccsOfMatrix } from './intraclass-correlation.ts';
import { quantile } from './moments.ts';
import {
  limitsOfAgreement,
  meanAbsoluteError,
  pearson,
  rootMeanSquaredError,
  smallestDetectableChange,
  standardisedResponseMean,
} from './paired-measurements.ts';
import { mcNemar, wilcoxonSignedRank } from './paired-tests.ts';
import { averagePrecision, rocAuc } from './ranking.ts';
import { normalCdf, studentQuantile } from './special-functions.ts';
import { type Statistic, Undefined } from './statistic.ts';

type Agreement = {
  predicted: number[];
  actual: number[];
  matrix: number[][];
  accuracy: number;
  balancedAccuracy: number;
  within1: number;
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
  kappa: Record<KappaWeights, number | null>;
  meanAbsoluteError: number;
  rootMeanSquaredError: number;
};
type Ranking = {
  scores: number[];
  positive: number[];
  rocAuc: number;
  averagePrecision: number;
  brier: number;
  observed: number[];
  meanProbability: number[];
  expectedCalibrationError: number;
};
type Measurements = {
  one: number[];
  other: number[];
  pearson: number;
  meanAbsoluteError: number;
  rootMeanSquaredError: number;
  bias: number;
  spread: number;
  standardisedResponseMean: number;
  wilcoxon: number;
  median: number;
  p95: number;
};
type Reference = {
  thesis: Agreement;
  agreement: Agreement[];
  icc: { readings: number[][]; icc21: number; icc31: number }[];
  ranking: Ranking[];
  measurements: Measurements[];
  mcnemar: { onlyOne: number; onlyOther: number; exact: boolean; pValue: number }[];
  normalCdf: [number, number][];
  studentQuantile: [number, number, number][];
};
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'reference.json'), 'utf8'),
) as Reference;

/** Equal to 1e-9; where the other implementation gives NaN, ours says why there is none. */
function expectEqual(ours: Statistic, theirs: number | null, what: string): void {
  if (theirs === null) expect(ours, what).toBeInstanceOf(Undefined);
  else {
    expect(ours, what).toBeTypeOf('number');
    expect(Math.abs((ours as number) - theirs), what).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(theirs)),
    );
  }
}

describe('agreement on grades is what scikit-learn computes', () => {
  const cases = [reference.thesis, ...reference.agreement].map((one) => [one.actual.length, one] as const);
  test.each(cases)('of %i pairs', (_, one) => {
    const matrix = confusionMatrix(one.predicted, one.actual, 6);
    expect(matrix).toEqual(one.matrix);
    expectEqual(accuracy(matrix), one.accuracy, 'accuracy');
    expectEqual(balancedAccuracy(matrix), one.balancedAccuracy, 'balanced accuracy');
    expectEqual(shareWithin(matrix, 1), one.within1, 'within one grade');
    for (const weights of ['none', 'linear', 'quadratic'] as const) {
      expectEqual(kappa(matrix, weights), one.kappa[weights], `kappa, weights ${weights}`);
    }
    for (let grade = 0; grade < 6; grade++) {
      expectEqual(precision(matrix, grade), one.precision[grade]!, `precision of ${grade}`);
      expectEqual(recall(matrix, grade), one.recall[grade]!, `recall of ${grade}`);
      expectEqual(f1(matrix, grade), one.f1[grade]!, `F1 of ${grade}`);
    }
    expectEqual(meanAbsoluteError(one.predicted, one.actual), one.meanAbsoluteError, 'MAE');
    expectEqual(meanDistance(matrix), one.meanAbsoluteError, 'MAE of the matrix');
    expectEqual(rootMeanSquaredError(one.predicted, one.actual), one.rootMeanSquaredError, 'RMSE');
  });
});

test('intraclass correlations are what pingouin computes, on the table of Shrout and Fleiss too', () => {
  for (const { readings, icc21: two, icc31: three } of reference.icc) {
    expectEqual(icc21(readings), two, `ICC(2,1) of ${readings.length} readers`);
    expectEqual(icc31(readings), three, `ICC(3,1) of ${readings.length} readers`);
    const areGrades =
      readings.length === 2 && readings.flat().every((grade) => [0, 1, 2, 3, 4, 5].includes(grade));
    if (!areGrades) continue;
    const ofMatrix = iccsOfMatrix(confusionMatrix(readings[0]!, readings[1]!, 6));
    expectEqual(ofMatrix.icc21, two, 'ICC(2,1) of the matrix');
    expectEqual(ofMatrix.icc31, three, 'ICC(3,1) of the matrix');
  }
});

test('areas under curves and calibration are what scikit-learn computes, ties and bin edges too', () => {
  for (const one of reference.ranking) {
    expectEqual(rocAuc(one.scores, one.positive), one.rocAuc, 'ROC-AUC');
    expectEqual(averagePrecision(one.scores, one.positive), one.averagePrecision, 'average precision');
    expectEqual(brierScore(one.scores, one.positive), one.brier, 'Brier');
    const bins = calibrationBins(one.scores, one.positive);
    expect(bins).toHaveLength(one.observed.length);
    for (const [at, bin] of bins.entries()) {
      expectEqual(bin.observed, one.observed[at]!, `observed in bin ${bin.from}`);
      expectEqual(bin.meanProbability, one.meanProbability[at]!, `probability in bin ${bin.from}`);
    }
    const error = expectedCalibrationError(one.scores, one.positive);
    expectEqual(error, one.expectedCalibrationError, 'calibration error');
  }
});

test('measurements compare as scipy, numpy and scikit-learn compute', () => {
  for (const one of reference.measurements) {
    expectEqual(pearson(one.one, one.other), one.pearson, 'r');
    expectEqual(meanAbsoluteError(one.one, one.other), one.meanAbsoluteError, 'MAE');
    expectEqual(rootMeanSquaredError(one.one, one.other), one.rootMeanSquaredError, 'RMSE');
    const limits = limitsOfAgreement(one.one, one.other);
    if (limits instanceof Undefined) throw new Error(limits.because);
    expectEqual(limits.bias, one.bias, 'bias');
    expectEqual(limits.upper - limits.bias, one.spread, 'limits');
    expectEqual(smallestDetectableChange(one.one, one.other), one.spread / Math.SQRT2, 'SDC');
    const apart = one.one.map((value, at) => value - one.other[at]!);
    expectEqual(standardisedResponseMean(apart), one.standardisedResponseMean, 'SRM');
    expectEqual(wilcoxonSignedRank(apart), one.wilcoxon, 'Wilcoxon');
    expectEqual(quantile(one.one, 0.5), one.median, 'median');
    expectEqual(quantile(one.one, 0.95), one.p95, '95th percentile');
  }
});

test("McNemar's test is what statsmodels computes, exact and by approximation", () => {
  for (const { onlyOne, onlyOther, exact, pValue } of reference.mcnemar) {
    expectEqual(
      mcNemar(onlyOne, onlyOther, exact).pValue,
      pValue,
      `${onlyOne} against ${onlyOther}, exact ${exact}`,
    );
  }
});

test('distribution functions are what scipy computes', () => {
  for (const [z, share] of reference.normalCdf) expectEqual(normalCdf(z), share, `normal at ${z}`);
  for (const [share, degrees, t] of reference.studentQuantile) {
    expectEqual(studentQuantile(share, degrees), t, `t of ${degrees} at ${share}`);
  }
});

test('what cannot be computed says why', () => {
  const because = (statistic: Statistic) => (statistic instanceof Undefined ? statistic.because : statistic);
  const none = confusionMatrix([], [], 6);
  const onlyZero = confusionMatrix([0, 0], [0, 0], 6);
  expect(because(accuracy(none))).toBe('there is nothing to compute it from');
  expect(because(kappa(none, 'quadratic'))).toBe('there is nothing to compute it from');
  expect(because(balancedAccuracy(none))).toBe('there is nothing to compute it from');
  expect(because(kappa(onlyZero))).toBe('both readings give the same one grade throughout');
  expect(because(precision(onlyZero, 3))).toBe('nothing was predicted as 3');
  expect(because(recall(onlyZero, 3))).toBe('nothing is 3');
  expect(because(f1(onlyZero, 3))).toBe('nothing is 3 or was predicted so');
  expect(because(rocAuc([0.1, 0.2], [0, 0]))).toBe('nothing is positive');
  expect(because(rocAuc([0.1, 0.2], [1, 1]))).toBe('nothing is negative');
  expect(because(rocAuc([Number.NaN, 0.2], [0, 1]))).toBe('a value is not a finite number');
  expect(because(averagePrecision([0.1], [0]))).toBe('nothing is positive');
  expect(because(averagePrecision([], []))).toBe('there is nothing to compute it from');
  expect(because(expectedCalibrationError([Number.NaN], [1]))).toBe('a value is not a finite number');
  expect(
    because(
      icc21([
        [1, 1, 1],
        [1, 1, 1],
      ]),
    ),
  ).toBe('all readings are the same');
  expect(because(icc31([[1, 2, 3]]))).toBe('it takes two readers');
  expect(because(icc31([[1], [2]]))).toBe('it takes two subjects');
  expect(
    because(
      icc31([
        [1, Number.NaN],
        [2, 2],
      ]),
    ),
  ).toBe('a value is not a finite number');
  expect(because(pearson([1, 1, 1], [1, 2, 3]))).toBe('one of the two is the same for all');
  expect(because(pearson([1], [1]))).toBe('it takes two subjects');
  expect(because(meanAbsoluteError([], []))).toBe('there is nothing to compute it from');
  expect(because(wilcoxonSignedRank([0, 0]))).toBe('no pair differs');
  expect(because(standardisedResponseMean([2, 2, 2]))).toBe('all changed alike');
  expect(mcNemar(0, 0).pValue).toBe(1);
});

test('a grade beyond the scale is refused, not lost', () => {
  expect(() => confusionMatrix([6], [0], 6)).toThrow(RangeError);
  expect(() => confusionMatrix([0], [-1], 6)).toThrow(RangeError);
  expect(() => confusionMatrix([0.5], [0], 6)).toThrow(RangeError);
});
