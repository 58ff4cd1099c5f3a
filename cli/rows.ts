/**
 * The table that statisticians get, long: one row for each film and joint, so that it can be
 * filtered, joined and pivoted without code; a film without scores is one row with no joint. Pure.
 */
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import type { Answer, Outcome, Problem } from './answer.ts';
import { isTransientReason, isTransientStatus } from './retry-policy.ts';

export const COLUMNS = [
  'file',
  'status',
  'problem',
  'request_id',
  'trace_id',
  'body_part',
  'body_part_probability',
  'turned_clockwise_deg',
  'joint',
  'grade',
  'p0',
  'p1',
  'p2',
  'p3',
  'p4',
  'p5',
  'erosion_percent',
  'doubtful',
  'missing',
  'localisation_confidence',
  'box_x',
  'box_y',
  'box_width',
  'box_height',
  'model_name',
  'model_version',
] as const;

type Column = (typeof COLUMNS)[number];
type Row = Partial<Record<Column, string | number | boolean>>;
export type Cells = (string | number | boolean | undefined)[];

export function rowsOf(file: string, outcome: Outcome): Cells[] {
  const rows = outcome.kind === 'scored' ? jointRows(outcome.answer) : problemRows(outcome.problem);
  return rows.map((row) => {
    const whole: Row = { file, status: outcome.status, ...row };
    return COLUMNS.map((column) => whole[column]);
  });
}

/** A deadline leaves what was done by then; any other problem leaves no joints. */
function problemRows(problem: Problem): Row[] {
  const row: Row = { problem: problem.type.replace('/problems/', '') };
  if (problem.joints) return jointRows(problem).map((joint) => ({ ...row, ...joint }));
  return [{ ...row, ...idsOf(problem), ...bodyPartOf(problem) }];
}

function jointRows(answer: Partial<Answer>): Row[] {
  return JOINT_NAMES.map((joint) => {
    const row: Row = { ...idsOf(answer), ...bodyPartOf(answer), joint };
    const scored = answer.joints?.[joint];
    if (!scored) return { ...row, missing: answer.missing?.[joint] ?? 'failed' };
    const { box, model, probabilities } = scored;
    return {
      ...row,
      grade: scored.score,
      ...Object.fromEntries(probabilities.map((probability, grade) => [`p${grade}`, rounded(probability)])),
      erosion_percent: rounded(scored.erosionPercent),
      doubtful: scored.doubtful,
      localisation_confidence: rounded(scored.localisationConfidence),
      box_x: rounded(box.x),
      box_y: rounded(box.y),
      box_width: rounded(box.width),
      box_height: rounded(box.height),
      model_name: model.name,
      model_version: model.version,
    };
  });
}

const idsOf = ({ requestId, traceId }: Partial<Answer>): Row => ({
  ...(requestId === undefined ? {} : { request_id: requestId }),
  ...(traceId === undefined ? {} : { trace_id: traceId }),
});

const bodyPartOf = ({ bodyPart }: Partial<Answer>): Row =>
  bodyPart === undefined
    ? {}
    : {
        body_part: bodyPart.kind,
        ...(bodyPart.probability === undefined
          ? {}
          : { body_part_probability: rounded(bodyPart.probability) }),
        turned_clockwise_deg: bodyPart.turnedClockwiseDeg,
      };

const rounded = (value: number): number => Number(value.toFixed(6));

const cell = (row: string[], column: Column): string => row[COLUMNS.indexOf(column)] ?? '';

/** What scored, as `joint-scoring:1`; a lone colon where nothing did. */
export const modelOf = (row: string[]): string => `${cell(row, 'model_name')}:${cell(row, 'model_version')}`;

/** Whether a film's rows are its last word: complete, and for no reason that may be gone by now. */
export function areFinal(rows: string[][]): boolean {
  const first = rows[0];
  if (!first || rows.some((row) => row.length !== COLUMNS.length)) return false;
  if (cell(first, 'joint') === '') return !isTransientStatus(Number(cell(first, 'status')));
  return rows.length === JOINT_NAMES.length && !rows.some((row) => isTransientReason(cell(row, 'missing')));
}
