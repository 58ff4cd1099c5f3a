/** What a person reads of a confusion matrix' figures. Pure. */
import { isDefined, type Statistic } from '../statistics/statistic.ts';
import type { MatrixFigures } from './describe-matrix.ts';

export function printMatrix(figures: MatrixFigures): string {
  const lines: [string, string][] = [
    ['accuracy', share(figures.accuracy)],
    ['within one grade', share(figures.within1)],
    ['balanced accuracy', share(figures.balancedAccuracy)],
    ['Cohen κ', plain(figures.kappa)],
    ['linear κ', plain(figures.linearKappa)],
    ['quadratic κ', plain(figures.quadraticKappa)],
    ['mean absolute error', `${plain(figures.meanAbsoluteError)} grades`],
    ['ICC(2,1)', plain(figures.icc21)],
    ['ICC(3,1)', plain(figures.icc31)],
    ['sensitivity, erosion > 0', share(figures.sensitivity)],
    ['specificity, erosion > 0', share(figures.specificity)],
    ['accuracy of always 0', share(figures.alwaysZero.accuracy)],
    ['within one, of always 0', share(figures.alwaysZero.within1)],
  ];
  return [
    `${figures.n} pairs of grades, predicted (rows) × actual (columns); every share below is of these ${figures.n}.`,
    '',
    ...lines.map(([name, value]) => `${name.padEnd(26)} ${value}`),
    '',
    `${'grade'.padEnd(8)}${'precision'.padStart(22)}${'recall'.padStart(22)}${'F1'.padStart(22)}`,
    ...figures.byGrade.map(({ grade, precision, recall, f1 }) =>
      [String(grade).padEnd(8), ...[precision, recall, f1].map((one) => short(one).padStart(22))].join(''),
    ),
    '',
    ...figures.published.map(({ statement }) => statement),
    'No intervals: a matrix does not say which joints belong to one patient.',
  ].join('\n');
}

const share = (statistic: Statistic): string =>
  isDefined(statistic) ? `${(100 * statistic).toFixed(3)} %` : `undefined, because ${statistic.because}`;
const plain = (statistic: Statistic): string =>
  isDefined(statistic) ? statistic.toFixed(4) : `undefined, because ${statistic.because}`;
const short = (statistic: Statistic): string => (isDefined(statistic) ? statistic.toFixed(3) : 'undefined');
