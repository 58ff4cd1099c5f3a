import { describe, expect, test } from 'vitest';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import type { Dataset, Film } from '../dataset/dataset.ts';
import type { AnswerRecord } from '../run/answer-record.ts';
import { denominatorsOf } from '../run-about.ts';
import { answer, film, READER, refused } from '../testing/made-up-cases.ts';
import { DEFINITIONS } from './definitions.ts';
import { evaluateRun } from './evaluate-run.ts';
import { findFigure } from './figure.ts';
import { blamed } from './steps.ts';

const dataset = (films: Film[], readers = [READER]): Dataset => ({
  source: 'made up',
  films,
  readers,
  simulated: false,
});

const evaluated = (films: Film[], records: AnswerRecord[], readers?: string[]) => {
  const evaluation = evaluateRun(dataset(films, readers), records, { bootstrap: { draws: 50, seed: 1 } });
  return {
    evaluation,
    figure: (id: string, group?: string) => findFigure(evaluation.figures, id, group)!,
    value: (id: string, group?: string) => findFigure(evaluation.figures, id, group)?.value,
  };
};

describe('one denominator end to end', () => {
  // Four graded joints of left hands: one right, one a grade off, one missing, one on a refused film.
  const films = [
    film('a.png', { mcp1: 0, mcp2: 2, mcp3: 1 }),
    film('b.png', { mcp1: 3 }),
    film('c.png', { mcp1: 5 }, { bodyPart: 'right-hand', hand: 'right' }),
  ];
  const records = [
    answer(films[0]!, { mcp1: 0, mcp2: 1, mcp3: 'not-found' }),
    refused(films[1]!, 'other'),
    refused(films[2]!, 'right-hand'),
  ];
  const { evaluation, figure, value } = evaluated(films, records);

  test('every graded joint of a left hand counts, scored or lost, and lost at one step', () => {
    expect(figure('end-to-end.accuracy')).toMatchObject({ value: 0.25, n: 4, patients: 2 });
    expect(value('end-to-end.within-1')).toBe(0.5);
    expect(value('end-to-end.scored')).toBe(0.5);
    expect(value('end-to-end.lost-at-body-part')).toBe(0.25);
    expect(value('end-to-end.lost-at-joint-extraction')).toBe(0.25);
    expect(value('end-to-end.always-0-accuracy')).toBe(0.25);
    // An eroded joint that nobody scored is a missed one: of grades 2, 1 and 3 only the first was seen.
    expect(figure('end-to-end.sensitivity')).toMatchObject({ value: 1 / 3, n: 3 });
  });

  test('the grades of scored joints have their own, and say so', () => {
    expect(figure('grades.accuracy')).toMatchObject({ value: 0.5, n: 2 });
    expect(figure('grades.within-1')).toMatchObject({ value: 1, n: 2 });
    expect(denominatorsOf(evaluation).join('\n')).toContain(
      'the 2 joints of these that were scored; not scored were 1 (film refused), 1 (joint not found), 0 (could not be judged), 0 (no time or place)',
    );
  });

  test('films that are no left hands count for the body part alone', () => {
    expect(figure('body-part.accuracy')).toMatchObject({ value: 2 / 3, n: 3 });
    expect(figure('body-part.left-hands-rejected')).toMatchObject({ value: 0.5, n: 2 });
    expect(figure('body-part.others-accepted')).toMatchObject({ value: 0, n: 1 });
  });
});

test('groups hold their own joints: by joint, type and side', () => {
  const one = film('a.png', { mcp1: 0, pip1: 1 });
  const { value, figure } = evaluated([one], [answer(one, { mcp1: 0, pip1: 0 })]);
  expect(value('grades.accuracy', 'mcp1')).toBe(1);
  expect(value('grades.accuracy', 'pip1')).toBe(0);
  expect(value('grades.accuracy', 'MCP')).toBe(1);
  expect(figure('grades.accuracy', 'left')).toMatchObject({ value: 0.5, n: 2 });
  expect(figure('grades.accuracy', 'right')).toBeUndefined();
});

test('the error of a joint is its distance in percent of the hand and in millimetres', () => {
  const one = film('a.png', {}, { absent: ['pip5'] });
  const missed = Object.fromEntries(JOINT_NAMES.map((joint) => [joint, 'not-found']));
  const record = answer(one, { ...missed, mcp1: 0, pip5: 0 });
  record.joints.mcp1!.box.x += 4;
  const { figure, value } = evaluated([one], [record]);
  // Nine joints are there and have a place; one of them was found, four pixels off.
  expect(figure('joints.found')).toMatchObject({ value: 1 / 9, n: 9 });
  expect(value('joints.error-mm-mean')).toBeCloseTo(2);
  expect(value('joints.error-percent-mean')).toBeCloseTo((100 * 4) / Math.hypot(40, 10));
  // One that is not there was “found”.
  expect(figure('joints.absent-found')).toMatchObject({ value: 1, n: 1 });
});

describe('patients', () => {
  const visit = (date: string, grade: number) =>
    film(`${date}.png`, { mcp1: grade, mcp2: grade, mcp3: grade, mcp4: grade }, { patient: 'p1', date });

  test('a total in proportion stands in for joints without a score; with fewer than half there is none', () => {
    const [first, second] = [visit('2024-01-01', 2), visit('2025-01-01', 3)];
    const { evaluation } = evaluated(
      [first, second],
      [
        answer(first, { mcp1: 2, mcp2: 2, mcp3: 1, mcp4: 'not-found' }),
        answer(second, { mcp1: 3, mcp2: 'failed', mcp3: 'failed', mcp4: 'failed' }),
      ],
    );
    expect(evaluation.visits).toEqual([
      expect.objectContaining({ graded: 4, reference: 8, answered: (5 * 4) / 3 }),
    ]);
    expect(evaluation.visitsTooFew).toBe(1);
  });

  test('change is counted from the first dated visit of a hand to its last', () => {
    const films = [visit('2025-06-01', 2), visit('2024-01-01', 0), visit('2026-01-01', 3)];
    const whole = (grade: number) => ({ mcp1: grade, mcp2: grade, mcp3: grade, mcp4: grade });
    const { evaluation, value } = evaluated(films, [
      answer(films[0]!, whole(1)),
      answer(films[1]!, whole(0)),
      answer(films[2]!, whole(2)),
    ]);
    expect(evaluation.changes).toEqual([
      { patient: 'p1', hand: 'left', from: '2024-01-01', to: '2026-01-01', reference: 12, answered: 8 },
    ]);
    expect(value('change.mean-reference')).toBe(12);
  });
});

describe('which step loses it', () => {
  const one = film('a.png', { mcp1: 1, mcp2: 1, mcp3: 1, mcp4: 1 });
  const two = film('b.png', { mcp1: 0 });
  const under = (variant: AnswerRecord['variant'], record: AnswerRecord): AnswerRecord => ({
    ...record,
    variant,
  });

  test("each step's loss is what its truth adds, and all add up to what is wrong", () => {
    const { value, evaluation } = evaluated(
      [one, two],
      [
        // Two right, one in the wrong place, one wrong whatever it is shown; and a film refused.
        answer(one, { mcp1: 1, mcp2: 1, mcp3: 0, mcp4: 0 }),
        refused(two, 'other'),
        under('true-body-part', answer(one, { mcp1: 1, mcp2: 1, mcp3: 0, mcp4: 0 })),
        under('true-body-part', answer(two, { mcp1: 0 })),
        under('true-joints', answer(one, { mcp1: 1, mcp2: 1, mcp3: 1, mcp4: 0 })),
        under('true-joints', refused(two, 'other')),
        under('true-both', answer(one, { mcp1: 1, mcp2: 1, mcp3: 1, mcp4: 0 })),
        under('true-both', answer(two, { mcp1: 0 })),
      ],
    );
    expect(value('steps.accuracy-plain')).toBe(0.4);
    expect(value('steps.lost-at-body-part')).toBeCloseTo(0.2);
    expect(value('steps.lost-at-joint-extraction')).toBeCloseTo(0.2);
    expect(value('steps.lost-at-joint-scoring')).toBeCloseTo(0.2);
    expect(value('steps.lost-at-mesh')).toBe(0);
    expect(value('steps.alone-joint-scoring')).toBeCloseTo(0.4);
    expect(blamed(evaluation.figures)!.loss.value).toBeCloseTo(0.2);
  });

  test('without every variant there is no blame', () => {
    const { evaluation, value } = evaluated([two], [answer(two, { mcp1: 3 })]);
    expect(value('steps.accuracy-plain')).toBeUndefined();
    expect(blamed(evaluation.figures)).toBeUndefined();
  });
});

describe('several readers', () => {
  const read = (image: string, anna: number, bert: number | undefined) =>
    film(
      image,
      {},
      {
        gradings: {
          anna: { mcp1: { grade: anna } },
          ...(bert === undefined ? {} : { bert: { mcp1: { grade: bert } } }),
        },
      },
    );

  test('the system stands beside the readers on the joints that all of them graded', () => {
    const films = [
      read('a.png', 0, 0),
      read('b.png', 1, 2),
      read('c.png', 3, 3),
      read('d.png', 5, undefined),
    ];
    const records = films.map((one, at) => answer(one, { mcp1: [0, 1, 3, 5][at]! }));
    const { figure, evaluation } = evaluated(films, records, ['anna', 'bert']);
    expect(evaluation.readByAll).toBe(3);
    expect(figure('readers.accuracy', 'system – anna')).toMatchObject({ value: 1, n: 3 });
    expect(figure('readers.accuracy', 'system – bert').value).toBeCloseTo(2 / 3);
    expect(figure('readers.accuracy', 'anna – bert').value).toBeCloseTo(2 / 3);
    const [system, readers] = ['system-reader', 'reader-reader'].map(
      (who) => figure(`readers.${who}-quadratic-kappa`).value!,
    );
    expect(figure('readers.difference-quadratic-kappa').value).toBeCloseTo(system! - readers!);
  });
});

test('a dataset in which nobody graded still has its body parts and joints, and says why the rest is undefined', () => {
  const one = film('a.png', {}, { gradings: {} });
  const { figure, value } = evaluated([one], [answer(one, { mcp1: 0 })], []);
  expect(value('body-part.accuracy')).toBe(1);
  expect(figure('grades.accuracy')).toMatchObject({
    value: null,
    because: 'there is nothing to compute it from',
  });
});

test('what failed for reasons of the mesh is counted there, not against a step', () => {
  const one = film('a.png', { mcp1: 0, mcp2: 0 });
  const late = answer(
    one,
    { mcp1: 0, mcp2: 'deadline' },
    { status: 504, problem: 'deadline-exceeded', tries: 6 },
  );
  const { value } = evaluated([one], [late]);
  expect(value('end-to-end.lost-at-mesh')).toBe(0.5);
  expect(value('times.failed')).toBe(1);
  expect(value('times.asked-again')).toBe(1);
});

test('every figure has a name, a unit and a word on how it is computed', () => {
  const films = [film('a.png', { mcp1: 0 }), film('b.png', { mcp1: 1 })];
  const records = films.map((one) => answer(one, { mcp1: 0 }));
  const variants = (['true-body-part', 'true-joints', 'true-both'] as const).flatMap((variant) =>
    records.map((record) => ({ ...record, variant })),
  );
  const { evaluation } = evaluated(films, [...records, ...variants]);
  const unnamed = new Set(evaluation.figures.map(({ id }) => id).filter((id) => !DEFINITIONS[id]));
  expect([...unnamed]).toEqual([]);
});
