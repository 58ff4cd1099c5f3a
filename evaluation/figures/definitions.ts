/** What each figure is called, how it is computed, and where from: for the report and for whoever reads the JSON. */

/** How a figure is printed. */
export type Unit = 'share' | 'plain' | 'grades' | 'points' | 'percent' | 'mm' | 'ms';

export type Definition = { title: string; unit: Unit; formula: string };

const share = (title: string, formula: string): Definition => ({ title, unit: 'share', formula });
const plain = (title: string, formula: string): Definition => ({ title, unit: 'plain', formula });

const COHEN = 'Cohen 1960, 1968';
const AGREEMENT = {
  accuracy: share('Accuracy', 'share of equal grades'),
  'within-1': share(
    'Within one grade',
    'share that differs by at most 1; the same denominator as the accuracy',
  ),
  'balanced-accuracy': share('Balanced accuracy', 'mean recall of the grades that occur'),
  kappa: plain('Cohen κ', `1 − Σ w o / Σ w e, w = 0 or 1 (${COHEN})`),
  'linear-kappa': plain('Linear κ', `w = |i − j| (${COHEN})`),
  'quadratic-kappa': plain('Quadratic κ', `w = (i − j)² (${COHEN})`),
  'icc-2-1': plain('ICC(2,1)', 'absolute agreement of single readings (Shrout & Fleiss 1979)'),
} satisfies Record<string, Definition>;

const PRESENCE = {
  sensitivity: share(
    'Sensitivity, erosion > 0',
    'of joints that the reference grades above 0, the share graded above 0',
  ),
  specificity: share('Specificity, erosion > 0', 'of joints that the reference grades 0, the share graded 0'),
};

const ofEachGrade = Object.fromEntries(
  [0, 1, 2, 3, 4, 5].flatMap((grade) => [
    [`grades.precision-${grade}`, share(`Precision of grade ${grade}`, 'TP / (TP + FP)')],
    [`grades.recall-${grade}`, share(`Recall of grade ${grade}`, 'TP / (TP + FN)')],
    [`grades.f1-${grade}`, share(`F1 of grade ${grade}`, '2 TP / (2 TP + FP + FN)')],
  ]),
);

const timed = Object.fromEntries(
  Object.entries({
    'body-part': 'Body part',
    'first-joint': 'First joint',
    'last-joint': 'Last joint',
  }).flatMap(([name, title]) =>
    Object.entries({ median: 'median', p95: '95th percentile', longest: 'longest' }).map(([at, text]) => [
      `times.${name}-${at}`,
      {
        title: `${title}, ${text}`,
        unit: 'ms',
        formula: 'from sending, films that were scored',
      } as Definition,
    ]),
  ),
);

const prefixed = (section: string, definitions: Record<string, Definition>): Record<string, Definition> =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [`${section}.${name}`, definition]),
  );

const lost = (step: string): Definition =>
  share(`Lost at ${step}`, 'share of all graded joints of left hands that this step left without a score');
const inTurn = (step: string, formula: string): Definition => share(`Lost by ${step}`, formula);

export const DEFINITIONS: Record<string, Definition> = {
  ...prefixed('body-part', {
    accuracy: share('Accuracy of four kinds', 'share of films named rightly'),
    'balanced-accuracy': share('Balanced accuracy', 'mean recall of the kinds that occur'),
    'left-hands-rejected': share('Left hands rejected', 'of films of left hands'),
    'others-accepted': share('Others accepted', 'of films of anything else, the share taken for a left hand'),
    'turn-right': share('Turn recognised', 'of accepted left hands'),
    'accuracy-at-95-coverage': share('Accuracy of the surest 95 %', 'abstaining from the 5 % least sure'),
    'accuracy-at-90-coverage': share('Accuracy of the surest 90 %', 'abstaining from the 10 % least sure'),
    'risk-coverage-area': plain(
      'Area under risk–coverage',
      'mean error over all coverages, 0 at best (Geifman & El-Yaniv 2017)',
    ),
  }),
  ...prefixed('joints', {
    found: share('Joints found', 'of joints that are there, on films that were let in'),
    'absent-found': share('Absent joints “found”', 'of joints that are not there'),
    'error-percent-mean': {
      title: 'Error, mean',
      unit: 'percent',
      formula: 'distance / diagonal of the hand’s joints',
    },
    'error-percent-median': {
      title: 'Error, median',
      unit: 'percent',
      formula: 'distance / diagonal of the hand’s joints',
    },
    'error-percent-p95': {
      title: 'Error, 95th percentile',
      unit: 'percent',
      formula: 'distance / diagonal of the hand’s joints',
    },
    'error-mm-mean': { title: 'Error, mean', unit: 'mm', formula: 'films with a spacing' },
    'error-mm-median': { title: 'Error, median', unit: 'mm', formula: 'films with a spacing' },
    'error-mm-p95': { title: 'Error, 95th percentile', unit: 'mm', formula: 'films with a spacing' },
    'within-1-percent': share(
      'Within 1 % of the hand',
      'of joints that are there; a missed one is not within',
    ),
    'within-2-percent': share(
      'Within 2 % of the hand',
      'of joints that are there; a missed one is not within',
    ),
    'within-5-percent': share(
      'Within 5 % of the hand',
      'of joints that are there; a missed one is not within',
    ),
  }),
  ...prefixed('grades', {
    ...AGREEMENT,
    'icc-3-1': plain('ICC(3,1)', 'consistency of single readings (Shrout & Fleiss 1979)'),
    mae: { title: 'Mean absolute error', unit: 'grades', formula: 'mean |answer − reference|' },
    'mae-percent': {
      title: 'Mean absolute error of the eroded share',
      unit: 'points',
      formula: 'joints with a percent',
    },
    ...PRESENCE,
    'roc-auc': plain('ROC-AUC, erosion > 0', 'score 1 − p₀ (Hanley & McNeil 1982)'),
    'pr-auc': plain('PR-AUC, erosion > 0', 'average precision, score 1 − p₀'),
    'calibration-error': plain('Calibration error, erosion > 0', 'ten bins of 1 − p₀ (Naeini 2015)'),
    brier: plain('Brier score, erosion > 0', 'mean (1 − p₀ − y)² (Brier 1950)'),
    sure: share('Not marked doubtful', 'of scored joints'),
    'accuracy-where-sure': share('Accuracy where not doubtful', 'of joints not marked doubtful'),
    'always-0-accuracy': share('Accuracy of always 0', 'the same joints'),
    'always-0-within-1': share('Within one grade, of always 0', 'the same joints'),
    'always-0-balanced-accuracy': share('Balanced accuracy of always 0', 'the same joints'),
    'always-0-mae': { title: 'Mean absolute error of always 0', unit: 'grades', formula: 'the same joints' },
    'always-0-mae-percent': {
      title: 'Error of the eroded share, of always 0 %',
      unit: 'points',
      formula: 'joints with a percent',
    },
  }),
  ...ofEachGrade,
  ...prefixed('end-to-end', {
    scored: share('Scored', 'of all graded joints of left hands'),
    accuracy: share('Accuracy', 'of all graded joints of left hands; one without a score is wrong'),
    'within-1': share(
      'Within one grade',
      'of all graded joints of left hands; one without a score is not within',
    ),
    'balanced-accuracy': share('Balanced accuracy', 'mean recall; a joint without a score is missed'),
    kappa: plain('Cohen κ', 'no score is a seventh answer'),
    sensitivity: share('Sensitivity, erosion > 0', 'an eroded joint without a score is missed'),
    specificity: share('Specificity, erosion > 0', 'a sound joint without a score is not cleared'),
    'always-0-accuracy': share('Accuracy of always 0', 'the same joints'),
    'always-0-within-1': share('Within one grade, of always 0', 'the same joints'),
    'lost-at-body-part': lost('the body part'),
    'lost-at-joint-extraction': lost('joint extraction'),
    'lost-at-joint-scoring': lost('joint scoring'),
    'lost-at-mesh': lost('the mesh (time, places, failures)'),
  }),
  ...prefixed('patients', {
    r: plain('Pearson r', 'totals of a hand at a visit'),
    'icc-2-1': AGREEMENT['icc-2-1'],
    mae: { title: 'Mean absolute error', unit: 'grades', formula: 'of the total' },
    rmse: { title: 'RMSE', unit: 'grades', formula: 'of the total' },
    bias: { title: 'Bias', unit: 'grades', formula: 'mean (system − reference) (Bland & Altman 1986)' },
    'limits-lower': { title: 'Limits of agreement, lower', unit: 'grades', formula: 'bias − 1.96 SD' },
    'limits-upper': { title: 'Limits of agreement, upper', unit: 'grades', formula: 'bias + 1.96 SD' },
    'always-0-mae': { title: 'Mean absolute error of always 0', unit: 'grades', formula: 'of the total' },
  }),
  ...prefixed('change', {
    r: plain('Pearson r', 'change of a hand’s total, first to last visit'),
    'mean-answered': { title: 'Mean change, system', unit: 'grades', formula: 'of the total' },
    'mean-reference': { title: 'Mean change, reference', unit: 'grades', formula: 'of the total' },
    'smallest-detectable': {
      title: 'Smallest detectable change',
      unit: 'grades',
      formula: '1.96 SD(difference of changes) / √2 (Bruynesteyn 2005)',
    },
    'srm-answered': plain('Standardised response mean, system', 'mean change / SD (Liang 1990)'),
    'srm-reference': plain('Standardised response mean, reference', 'mean change / SD (Liang 1990)'),
  }),
  ...prefixed('steps', {
    'accuracy-plain': share('Accuracy end to end, the models do all', 'of all graded joints of left hands'),
    'accuracy-true-body-part': share('… with the true body part', 'the same joints'),
    'accuracy-true-joints': share('… with the true joints', 'the same joints'),
    'accuracy-true-both': share('… with both', 'the same joints'),
    'lost-at-body-part': inTurn('the body part', 'accuracy with the true body part − plain'),
    'lost-at-joint-extraction': inTurn('joint extraction', 'accuracy with both − with the true body part'),
    'lost-at-joint-scoring': inTurn('joint scoring', '1 − accuracy with both − lost by the mesh'),
    'lost-at-mesh': inTurn('the mesh', 'no answer for want of time or place, with both given'),
    'alone-body-part': share('Body part alone', 'accuracy with the true body part − plain'),
    'alone-joint-extraction': share('Joint extraction alone', 'accuracy with the true joints − plain'),
    'alone-joint-scoring': share('Joint scoring alone', 'wrong or refused among what reached it'),
  }),
  ...prefixed('readers', {
    ...AGREEMENT,
    'system-reader-quadratic-kappa': plain('Quadratic κ, system with readers', 'mean over readers'),
    'reader-reader-quadratic-kappa': plain('Quadratic κ, readers with each other', 'mean over pairs'),
    'difference-quadratic-kappa': plain('Difference', 'system–reader − reader–reader'),
  }),
  ...timed,
  'times.failed': share('Films that failed', 'no answer for reasons of the mesh, after every try'),
  'times.asked-again': share('Films asked again', 'more than one try'),
};
