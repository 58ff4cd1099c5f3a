import { expect, test } from 'vitest';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import type { Film } from '../dataset/dataset.ts';
import { evaluateRun } from '../figures/evaluate-run.ts';
import { type Figure, findFigure } from '../figures/figure.ts';
import type { AnswerRecord } from '../run/answer-record.ts';
import { answer, film, READER, refused } from '../testing/made-up-cases.ts';
import { judge, readBound } from './bounds.ts';
import { compareRuns } from './compare-runs.ts';

const bootstrap = { draws: 200, seed: 1 };
const films: Film[] = Array.from({ length: 12 }, (_, at) => film(`${at}.png`, { mcp1: at % 4, mcp2: 0 }));
const run = (answers: (one: Film, at: number) => AnswerRecord) =>
  evaluateRun({ source: 'made up', films, readers: [READER], simulated: false }, films.map(answers), {
    bootstrap,
  });

const right = (one: Film, at: number) => answer(one, { mcp1: at % 4, mcp2: 0 });

test('differences are of the same joints, each joint beside itself', () => {
  const before = run(right);
  // Worse on the first film by three grades, and the second is refused.
  const after = run((one, at) =>
    at === 0 ? answer(one, { mcp1: 3, mcp2: 0 }) : at === 1 ? refused(one, 'other') : right(one, at),
  );
  const { figures, pairs, mcNemar, changed } = compareRuns(before, after, bootstrap);
  expect(pairs).toBe(24);
  expect(findFigure(figures, 'compare.end-to-end.accuracy')!.value).toBeCloseTo(-3 / 24);
  // Of the 22 joints that both scored.
  expect(findFigure(figures, 'compare.grades.accuracy')).toMatchObject({ n: 22 });
  expect(findFigure(figures, 'compare.grades.accuracy')!.value).toBeCloseTo(-1 / 22);
  expect(mcNemar).toMatchObject({ onlyBefore: 3, onlyAfter: 0, exact: true });
  expect(mcNemar.pValue).toBeCloseTo(0.25);
  expect(changed.map(({ film: { image }, joint, worseBy }) => [image, joint, worseBy])).toEqual([
    ['1.png', 'mcp1', 6],
    ['1.png', 'mcp2', 6],
    ['0.png', 'mcp1', 3],
  ]);
});

test('a run compared with itself differs in nothing', () => {
  const { figures, mcNemar, wilcoxon, changed } = compareRuns(run(right), run(right), bootstrap);
  expect(changed).toEqual([]);
  expect(mcNemar.pValue).toBe(1);
  expect(wilcoxon).toEqual({ pairs: 24, pValue: null, because: 'no pair differs' });
  expect(figures.filter(({ value }) => value !== null && value !== 0)).toEqual([]);
});

const figure = (more: Partial<Figure>): Figure => ({
  id: 'grades.accuracy',
  group: 'all',
  value: 0.7,
  low: 0.6,
  high: 0.8,
  n: 10,
  patients: 3,
  ...more,
});

test('bounds hold or are crossed, of a value, a group or an end of the interval', () => {
  const figures = [figure({}), figure({ group: 'mcp2', value: 0.4 })];
  const holds = (text: string, side: 'below' | 'above') => judge([readBound(text, side)], figures)[0]!.holds;
  expect(holds('grades.accuracy=0.7', 'below')).toBe(true);
  expect(holds('grades.accuracy=0.71', 'below')).toBe(false);
  expect(holds('grades.accuracy=0.71', 'above')).toBe(true);
  expect(holds('grades.accuracy:low=0.65', 'below')).toBe(false);
  expect(holds('grades.accuracy@mcp2=0.5', 'below')).toBe(false);
});

test('a figure that is undefined, or has no interval, keeps no bound', () => {
  const [undefinedOne] = judge(
    [readBound('grades.accuracy=0', 'below')],
    [figure({ value: null, because: 'no joint' })],
  );
  expect(undefinedOne).toMatchObject({ holds: false, statement: 'grades.accuracy is undefined: no joint' });
  expect(judge([readBound('grades.accuracy:low=0', 'below')], [figure({ low: null })])[0]!.holds).toBe(false);
});

test('a bound on a figure that there is none of is an error that names those that are near', () => {
  const bad = (text: string) => () => judge([readBound(text, 'below')], [figure({})]);
  expect(bad('accuracy=0.5')).toThrow('do you mean grades.accuracy?');
  expect(bad('grades.accuracy@mcp9=0.5')).toThrow('no group “mcp9”, only all');
  expect(bad('compare.grades.kappa=0.5')).toThrow('it takes --compare');
  expect(bad('grades.accuracy>0.5')).toThrow(CannotEvaluate);
});
