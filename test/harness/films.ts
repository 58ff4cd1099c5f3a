/**
 * Real radiographs, which may not be passed on with the project: tests that use them are skipped
 * where the data folder is absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from '../../cli/csv.ts';

const FOLDER = process.env.DEEPXRAY_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data');

export const hasFilms = existsSync(join(FOLDER, 'films.csv'));

/** For the title of what is skipped. */
export const filmsNote = hasFilms ? '' : ' (skipped: set DEEPXRAY_DATA to the folder of real radiographs)';

export type Film = {
  /** Absolute. */
  path: string;
  file: string;
  group: string;
  bodyPart: string;
  /** Undefined where unknown. */
  turnedClockwiseDeg: number | undefined;
  split: string;
  source: string;
  note: string;
};

export function films(): Film[] {
  return records('films.csv').map((row) => ({
    path: join(FOLDER, row.file!),
    file: row.file!,
    group: row.group!,
    bodyPart: row.body_part!,
    turnedClockwiseDeg: row.turned_clockwise_deg === '' ? undefined : Number(row.turned_clockwise_deg),
    split: row.split!,
    source: row.source!,
    note: row.note!,
  }));
}

export type KnownJoint = { joint: string; x: number; y: number; confidence: number };

/** Where the joints of each film are, in pixels of the stored file. */
export function knownJoints(): Map<string, KnownJoint[]> {
  const joints = records('joints.csv').map((row) => ({
    file: row.file!,
    joint: row.joint!,
    x: Number(row.x),
    y: Number(row.y),
    confidence: Number(row.confidence),
  }));
  return Map.groupBy(joints, ({ file }) => file);
}

function records(name: string): Record<string, string>[] {
  const [header, ...rows] = parseCsv(readFileSync(join(FOLDER, name), 'utf8'));
  return rows.map((row) => Object.fromEntries(header!.map((column, index) => [column, row[index] ?? ''])));
}
