/** The sections of the report that show figures and plots. */
import { GRADES } from '#platform/domain/grades.ts';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { BODY_PARTS } from '../dataset/dataset.ts';
import { bodyPartMatrix, coverageCurve } from '../figures/body-part.ts';
import { STEPS, shownJoint } from '../figures/cases.ts';
import type { Evaluation } from '../figures/evaluate-run.ts';
import { type Figure, findFigure } from '../figures/figure.ts';
import { erosionProbability, gradeMatrix } from '../figures/grades.ts';
import { blameOf } from '../print-summary.ts';
import { shownValue } from '../shown.ts';
import { blandAltmanPlot, matrixPlot, totalsPlot } from './agreement-plots.ts';
import { drawnHand } from './drawn-hand.ts';
import { groupsPlot, lossPlot, timesPlot } from './figure-plots.ts';
import { groupTable } from './group-table.ts';
import { figureTable, type Html, html, plot, plots, section, table } from './html.ts';
import { calibrationPlot, coveragePlot, rocPlot } from './probability-plots.ts';

const ofSection = (figures: readonly Figure[], name: string, group = 'all'): Figure[] =>
  figures.filter((figure) => figure.id.startsWith(`${name}.`) && figure.group === group);

const byGroup = (figures: readonly Figure[], id: string): Figure[] =>
  figures.filter((figure) => figure.id === id && !['left', 'right'].includes(figure.group));

const named = (group: string): string =>
  (JOINT_NAMES as readonly string[]).includes(group) ? shownJoint(group as JointName) : group;

const byJoint = (figures: readonly Figure[], id: string) =>
  Object.fromEntries(
    JOINT_NAMES.flatMap((joint) => {
      const figure = findFigure(figures, id, joint);
      return figure
        ? [
            [
              joint,
              {
                value: figure.value,
                text: figure.value === null ? '–' : shownValue(figure).replace(/ (%|mm)$/, ''),
              },
            ],
          ]
        : [];
    }),
  ) as Parameters<typeof drawnHand>[1];

const largest = (figures: readonly Figure[], id: string): number =>
  Math.max(0, ...JOINT_NAMES.map((joint) => findFigure(figures, id, joint)?.value ?? 0));

const GRADES_BY_GROUP = [
  'grades.accuracy',
  'grades.always-0-accuracy',
  'grades.quadratic-kappa',
  'grades.mae',
  'grades.sensitivity',
  'grades.specificity',
];
const JOINTS_BY_GROUP = [
  'joints.found',
  'joints.error-percent-median',
  'joints.error-percent-p95',
  'joints.error-mm-median',
];

export async function endToEndSection({ figures, graded }: Evaluation): Promise<Html | undefined> {
  if (graded.length === 0) return undefined;
  return section(
    'end-to-end',
    'End to end',
    html`<p>One denominator throughout: every joint that the reference graded on a film of a left hand. A joint without a score counts as wrong, whichever step lost it.</p>`,
    figureTable(ofSection(figures, 'end-to-end')),
    lostTable(graded),
    plots(
      plot(
        await groupsPlot('ete', byGroup(figures, 'end-to-end.accuracy'), named),
        'Accuracy end to end by joint.',
      ),
    ),
  );
}

/** Why joints have no score, by step and in the system's own words. */
function lostTable(graded: Evaluation['graded']): Html | undefined {
  const lost = graded.flatMap((one) => (one.lost ? [{ ...one.lost, film: one.film }] : []));
  if (lost.length === 0) return undefined;
  const reasons = [...Map.groupBy(lost, ({ step, reason }) => `${step}: ${reason}`)];
  return html`<h3>Joints without a score: ${lost.length} of ${graded.length}</h3>${table(
    ['lost at', 'joints', 'films'],
    reasons
      .toSorted(([, one], [, other]) => other.length - one.length)
      .map(([reason, those]) => [reason, those.length, new Set(those.map(({ film }) => film)).size]),
  )}`;
}

export async function stepsSection({ figures }: Evaluation): Promise<Html> {
  const losses = STEPS.flatMap((step) => {
    const figure = findFigure(figures, `steps.lost-at-${step}`);
    return figure ? [{ step, figure }] : [];
  });
  return section(
    'steps',
    'Which step loses it',
    html`<p><b>${blameOf(figures)}</b></p>`,
    losses.length === 0
      ? undefined
      : html`<p>The same films again with the truth in place of a step. “Lost by” is what a step's truth adds once the steps before it have theirs, and adds up to all that is wrong end to end; “alone” is what that one truth adds to the plain run.</p>${plots(plot(await lossPlot('steps', losses), 'Accuracy that each step loses.'))}${figureTable(ofSection(figures, 'steps'))}`,
  );
}

export async function bodyPartSection({ figures, recognised }: Evaluation): Promise<Html> {
  return section(
    'body-part',
    'Body part',
    plots(
      plot(
        await matrixPlot('body', bodyPartMatrix(recognised), BODY_PARTS),
        'What films show, and what they were taken for.',
      ),
      plot(
        await coveragePlot('coverage', coverageCurve(recognised)),
        'Coverage and accuracy.',
        'What would be right if the model abstained from the films it is least sure of.',
      ),
    ),
    figureTable(ofSection(figures, 'body-part')),
  );
}

export async function jointsSection({ figures, placed }: Evaluation): Promise<Html | undefined> {
  if (placed.length === 0) return undefined;
  const median = 'joints.error-percent-median';
  return section(
    'joints',
    'Joints',
    plots(
      plot(
        drawnHand('Median error', byJoint(figures, median), largest(figures, median)),
        'Median error by joint,',
        'in percent of the diagonal of the hand’s joints. A drawn hand.',
      ),
      plot(await groupsPlot('found', byGroup(figures, 'joints.found'), named), 'Joints found.'),
      plot(
        await groupsPlot('error', byGroup(figures, median), named, 'error, % of the hand, median'),
        'Median error.',
      ),
    ),
    figureTable(ofSection(figures, 'joints')),
    html`<h3>By side, joint type and joint</h3>`,
    groupTable(figures, JOINTS_BY_GROUP, named),
  );
}

export async function gradesSection({ figures, scored, reference }: Evaluation): Promise<Html | undefined> {
  if (scored.length === 0) return undefined;
  const probabilities = scored.map(erosionProbability);
  const eroded = scored.map((one) => (one.reference.grade > 0 ? 1 : 0));
  const bothKinds = eroded.includes(1) && eroded.includes(0);
  const all = ofSection(figures, 'grades');
  const ofGrade = ({ id }: Figure) => /-[0-5]$/.test(id) && !id.includes('icc') && !id.includes('within');
  return section(
    'grades',
    'Grades of scored joints',
    html`<p>On joints that were scored, against reference “${reference}”; always 0 beside it, on the same joints.</p>`,
    plots(
      plot(
        await matrixPlot('grades', gradeMatrix(scored), GRADES.map(String)),
        'Grades, answered against reference.',
      ),
      plot(
        drawnHand('Mean absolute error', byJoint(figures, 'grades.mae'), largest(figures, 'grades.mae')),
        'Mean absolute error by joint,',
        'in grades. A drawn hand.',
      ),
      plot(
        await calibrationPlot('calibration', probabilities, eroded),
        'Calibration of erosion > 0.',
        'Bars: how many joints were given that chance.',
      ),
      bothKinds ? plot(await rocPlot('roc', probabilities, eroded), 'ROC of erosion > 0.') : undefined,
      plot(await groupsPlot('accuracy', byGroup(figures, 'grades.accuracy'), named), 'Accuracy by joint.'),
      bothKinds
        ? plot(
            await groupsPlot('qwk', byGroup(figures, 'grades.quadratic-kappa'), named),
            'Quadratic κ by joint.',
          )
        : undefined,
    ),
    figureTable(all.filter((figure) => !ofGrade(figure))),
    html`<h3>By side, joint type and joint</h3>`,
    groupTable(figures, GRADES_BY_GROUP, named),
    html`<h3>By grade</h3>`,
    figureTable(all.filter(ofGrade)),
  );
}

export async function patientsSection({ figures, visits, changes }: Evaluation): Promise<Html | undefined> {
  if (visits.length === 0) return undefined;
  return section(
    'patients',
    'Patients',
    html`<p>The total of a hand at a visit: the sum of its grades, in proportion where joints have no score.</p>`,
    plots(
      plot(await totalsPlot('totals', visits, 'total'), 'Totals.'),
      plot(await blandAltmanPlot('bland', visits), 'Bland–Altman.', 'Bias and 95 % limits of agreement.'),
    ),
    figureTable(ofSection(figures, 'patients')),
    changes.length === 0
      ? undefined
      : html`<h3>Change, first to last visit</h3>${plots(plot(await totalsPlot('changes', changes, 'change'), 'Changes.'))}${figureTable(ofSection(figures, 'change'))}`,
  );
}

export async function readersSection({ figures, readByAll }: Evaluation): Promise<Html | undefined> {
  if (readByAll === 0) return undefined;
  const pairs = figures.filter(({ id, group }) => id === 'readers.quadratic-kappa' && group !== 'all');
  const groups = pairs.map(({ group }) => group);
  return section(
    'readers',
    'Readers',
    html`<p>The system beside each reader and the readers beside each other, all on the same ${readByAll} joints.</p>`,
    plots(plot(await groupsPlot('readers', pairs, (group) => group), 'Quadratic κ of each pair.')),
    figureTable(ofSection(figures, 'readers')),
    groups.map((group) => html`<h3>${group}</h3>${figureTable(ofSection(figures, 'readers', group))}`),
  );
}

export async function timesSection({ figures, films }: Evaluation): Promise<Html> {
  const times = films.filter(({ record }) => record.status === 200).map(({ record }) => record.timesMs);
  return section(
    'times',
    'Time and failures',
    html`<p class="quiet">Of this run on its machine, with as many films on their way at once as it was given.</p>`,
    times.length === 0
      ? undefined
      : plots(plot(await timesPlot('times', times), 'Seconds to the first and the last joint.')),
    figureTable(ofSection(figures, 'times')),
  );
}
