/** The columns of a manifest, and how each cell is read. Pure. `docs/evaluation.md` explains them. */
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { isTurn, type TurnDeg } from '#platform/image/grey-image.ts';
import { BODY_PARTS, type BodyPartKind, SIDES, type Side } from './dataset.ts';

export const FILM_COLUMNS = [
  'image',
  'patient',
  'hand',
  'date',
  'body_part',
  'turned_clockwise_deg',
  'inverted',
  'spacing_mm',
  'simulated',
  'reader',
] as const;
export type FilmColumn = (typeof FILM_COLUMNS)[number];

export const JOINT_COLUMNS = ['x', 'y', 'grade', 'percent'] as const;
export type JointColumn = (typeof JOINT_COLUMNS)[number];

/** `mcp2_grade`. */
export const jointColumn = (joint: JointName, column: JointColumn): string => `${joint}_${column}`;

export const ALL_COLUMNS: readonly string[] = [
  ...FILM_COLUMNS,
  ...JOINT_NAMES.flatMap((joint) => JOINT_COLUMNS.map((column) => jointColumn(joint, column))),
];

/** In the grade's cell: the joint is not there to be found. */
export const ABSENT = 'absent';

/** A cell's text, trimmed and not empty, to its value. Throws an Error whose message completes “column: …”. */
type Read<T> = (text: string) => T;

const oneOf =
  <T extends string>(values: readonly T[]): Read<T> =>
  (text) => {
    if (!(values as readonly string[]).includes(text))
      throw new Error(`“${text}” is none of ${values.join(', ')}`);
    return text as T;
  };

const numberWithin =
  (least: number, most: number, what: string): Read<number> =>
  (text) => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < least || value > most) throw new Error(`“${text}” is not ${what}`);
    return value;
  };

export const readSide: Read<Side> = oneOf(SIDES);
export const readBodyPart: Read<BodyPartKind> = oneOf(BODY_PARTS);
export const readFlag: Read<boolean> = (text) => oneOf(['true', 'false'])(text) === 'true';
export const readSpacing: Read<number> = numberWithin(0.005, 5, 'millimetres per pixel, 0.005 to 5');
export const readCoordinate: Read<number> = numberWithin(0, 1e6, 'a position in pixels');
export const readPercent: Read<number> = numberWithin(0, 100, 'a percentage, 0 to 100');

export const readGrade: Read<number> = (text) => {
  if (!/^[0-5]$/.test(text)) throw new Error(`“${text}” is not a Ratingen grade, 0 to 5, or “${ABSENT}”`);
  return Number(text);
};

export const readTurn: Read<TurnDeg> = (text) => {
  const value = Number(text);
  if (!isTurn(value)) throw new Error(`“${text}” is none of 0, 90, 180, 270`);
  return value;
};

export const readDate: Read<string> = (text) => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  // 2024-02-30 parses, as another day.
  if (!isDay || new Date(text).toISOString().slice(0, 10) !== text) {
    throw new Error(`“${text}” is not a date as 2026-03-31`);
  }
  return text;
};
