/** What a person reads at the end of a run; the rest is in the report. Pure. */
import type { Comparison } from './compare/compare-runs.ts';
import { type Figure, findFigure } from './figures/figure.ts';
import { blamed } from './figures/steps.ts';
import type { About } from './run-about.ts';
import { definitionOf, shownInterval, shownValue } from './shown.ts';

const SHOWN = [
  'body-part.left-hands-rejected',
  'body-part.others-accepted',
  'joints.found',
  'joints.error-percent-median',
  'grades.accuracy',
  'grades.always-0-accuracy',
  'grades.balanced-accuracy',
  'grades.quadratic-kappa',
  'grades.within-1',
  'grades.mae-percent',
  'grades.sensitivity',
  'grades.specificity',
  'end-to-end.scored',
  'end-to-end.accuracy',
  'end-to-end.always-0-accuracy',
  'patients.r',
  'patients.limits-lower',
  'patients.limits-upper',
  'change.smallest-detectable',
  'steps.lost-at-body-part',
  'steps.lost-at-joint-extraction',
  'steps.lost-at-joint-scoring',
  'readers.system-reader-quadratic-kappa',
  'readers.reader-reader-quadratic-kappa',
  'times.first-joint-median',
  'times.last-joint-median',
  'times.failed',
];
const COMPARED = ['compare.end-to-end.accuracy', 'compare.grades.quadratic-kappa', 'compare.grades.mae'];

export function printSummary(about: About, figures: readonly Figure[], comparison?: Comparison): string {
  const lines = (ids: string[], from: readonly Figure[]) =>
    ids.flatMap((id) => {
      const figure = findFigure(from, id);
      return figure ? [lineOf(figure)] : [];
    });
  return [
    `${about.films} films of ${about.patients} patients, ${about.leftHands} of left hands; reference: ${about.reference ?? 'none'}; 95 % intervals by ${about.bootstrap.draws} draws of patients, seed ${about.bootstrap.seed}`,
    ...about.warnings.map((warning) => `! ${warning}`),
    '',
    ...lines(SHOWN, figures),
    '',
    ...about.denominators,
    '',
    blameOf(figures),
    ...(comparison ? ['', ...comparisonOf(comparison), ...lines(COMPARED, comparison.figures)] : []),
  ].join('\n');
}

const lineOf = (figure: Figure): string =>
  `${figure.id.padEnd(40)} ${shownValue(figure).padStart(12)}  ${shownInterval(figure).padEnd(18)} n ${String(figure.n).padEnd(6)} ${definitionOf(figure).title}`;

export function blameOf(figures: readonly Figure[]): string {
  if (!findFigure(figures, 'steps.lost-at-body-part')) {
    return 'Steps were not told apart: that takes grades and the true body parts and joints, and gRPC (--grpc).';
  }
  const most = blamed(figures);
  if (!most) return 'No step loses anything.';
  return `Most is lost at ${most.step}: ${shownValue(most.loss)} of all graded joints ${shownInterval(most.loss)}.`;
}

export function comparisonOf({ pairs, mcNemar, wilcoxon, changed }: Comparison): string[] {
  const p = (value: number | null, because?: string) =>
    value === null ? `undefined: ${because}` : value < 0.001 ? value.toExponential(1) : value.toPrecision(2);
  return [
    `Compared on ${pairs} joints of both runs: ${changed.length} changed, ${changed.filter(({ worseBy }) => worseBy > 0).length} for the worse, ${changed.filter(({ worseBy }) => worseBy < 0).length} for the better.`,
    `McNemar: right before only ${mcNemar.onlyBefore}, now only ${mcNemar.onlyAfter}, p = ${p(mcNemar.pValue)} (${mcNemar.exact ? 'exact' : 'χ² with correction'}). Wilcoxon of absolute errors, ${wilcoxon.pairs} joints: p = ${p(wilcoxon.pValue, wilcoxon.because)}.`,
    'Both tests take joints as independent; the intervals of the differences do not.',
  ];
}
