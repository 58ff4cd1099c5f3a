/** A manifest's text to films: one row for each film, or for each film and reader. Pure. */
import { gradeOfPercent } from '#platform/domain/grades.ts';
import { JOINT_NAMES, type JointName } from '#platform/domain/joints.ts';
import { type CsvRecord, readTable } from './csv-records.ts';
import type { Film, Grading } from './dataset.ts';
import {
  ABSENT,
  ALL_COLUMNS,
  type FILM_COLUMNS,
  jointColumn,
  readBodyPart,
  readCoordinate,
  readDate,
  readFlag,
  readGrade,
  readPercent,
  readSide,
  readSpacing,
  readTurn,
} from './manifest-columns.ts';

/** Of a manifest without a column `reader`. */
export const ONLY_READER = 'reader';

export type Manifest = { films: ManifestFilm[]; readers: string[]; simulated: boolean; problems: string[] };
export type ManifestFilm = Omit<Film, 'path'> & { line: number };

/** Never throws: every problem is in `problems`, with its line. */
export function readManifest(text: string): Manifest {
  const { header, records, problems } = readTable(text);
  const manifest: Manifest = { films: [], readers: [], simulated: false, problems };
  if (header.length <= 1 && problems.length > 0) return manifest;
  problems.push(...problemsWithHeader(header));
  if (header.includes('image') && header.includes('patient')) {
    if (records.length === 0 && problems.length === 0) problems.push('line 2: there is no film');
    const films = new Map<string, ManifestFilm>();
    for (const record of records) readRow(record, films, manifest);
    manifest.films = [...films.values()];
  }
  problems.sort((one, other) => lineOf(one) - lineOf(other));
  return manifest;
}

const lineOf = (problem: string): number => Number(/^line (\d+)/.exec(problem)?.[1] ?? 0);

function problemsWithHeader(header: string[]): string[] {
  const problems = ['image', 'patient']
    .filter((name) => !header.includes(name))
    .map((name) => `line 1: there is no column “${name}”`);
  for (const [at, name] of header.entries()) {
    if (header.indexOf(name) < at) problems.push(`line 1: column “${name}” is there twice`);
    else if (!ALL_COLUMNS.includes(name) && !isComment(name)) {
      problems.push(`line 1: column “${name}” is not known${meant(name)}; columns of your own start with #`);
    }
  }
  if (!header.includes('hand') && !header.includes('body_part')) {
    problems.push('line 1: there is neither a column “hand” nor “body_part”: one must say what a film shows');
  }
  return problems;
}

const isComment = (name: string): boolean => name.startsWith('#') || name === '';

/** A name that differs by case, blanks or a dash only. */
function meant(name: string): string {
  const plain = (one: string) => one.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const near = ALL_COLUMNS.find((known) => plain(known) === plain(name));
  return near ? `: “${near}” is` : '';
}

function readRow({ line, cells }: CsvRecord, films: Map<string, ManifestFilm>, manifest: Manifest): void {
  const complain = (text: string) => void manifest.problems.push(`line ${line}: ${text}`);
  const cell = <T>(name: string, read: (text: string) => T): T | undefined => {
    const text = cells[name];
    if (text === undefined || text === '') return undefined;
    try {
      return read(text);
    } catch (thrown) {
      complain(`${name}: ${(thrown as Error).message}`);
      return undefined;
    }
  };
  const text = (name: string) => cell(name, (value) => value) ?? '';

  const [image, patient] = [text('image'), text('patient')];
  if (!image) complain('image: is empty');
  if (!patient) complain('patient: is empty');
  const hand = cell('hand', readSide);
  const givenPart = cell('body_part', readBodyPart);
  const known = films.get(image);
  if (!known && !cells.hand && !cells.body_part) complain('neither hand nor body_part is given');
  if (cell('simulated', readFlag)) manifest.simulated = true;
  const reader = text('reader') || ONLY_READER;
  const film: ManifestFilm = {
    line,
    image,
    patient,
    hand,
    date: cell('date', readDate),
    bodyPart: givenPart ?? (hand ? `${hand}-hand` : 'other'),
    turnedClockwiseDeg: cell('turned_clockwise_deg', readTurn) ?? 0,
    inverted: cell('inverted', readFlag) ?? false,
    spacingMm: cell('spacing_mm', readSpacing),
    positions: {},
    absent: [],
    gradings: {},
  };
  const { gradings, ...places } = readJoints(cell, complain);
  Object.assign(film, places);
  const whole = known ? merged(known, film, cells, complain) : film;
  if (Object.keys(gradings).length > 0) {
    if (whole.gradings[reader])
      complain(`reader “${reader}” graded ${image} above already (line ${whole.line} or later)`);
    whole.gradings[reader] = gradings;
    if (!manifest.readers.includes(reader)) manifest.readers.push(reader);
  }
  if (image) films.set(image, whole);
}

function readJoints(
  cell: <T>(name: string, read: (text: string) => T) => T | undefined,
  complain: (text: string) => void,
): { positions: Film['positions']; absent: JointName[]; gradings: Partial<Record<JointName, Grading>> } {
  const positions: Film['positions'] = {};
  const absent: JointName[] = [];
  const gradings: Partial<Record<JointName, Grading>> = {};
  for (const joint of JOINT_NAMES) {
    const at = (column: Parameters<typeof jointColumn>[1]) => jointColumn(joint, column);
    const [x, y] = [cell(at('x'), readCoordinate), cell(at('y'), readCoordinate)];
    if (x !== undefined && y !== undefined) positions[joint] = { x, y };
    else if (x !== undefined || y !== undefined) complain(`${joint}: x and y come together`);
    const isAbsent = cell(at('grade'), (text) => text) === ABSENT;
    const grade = isAbsent ? undefined : cell(at('grade'), readGrade);
    const percent = cell(at('percent'), readPercent);
    if (isAbsent) {
      absent.push(joint);
      if (percent !== undefined) complain(`${joint}: is absent, and yet ${percent} % eroded`);
      continue;
    }
    if (grade !== undefined && percent !== undefined && gradeOfPercent(percent) !== grade) {
      complain(`${joint}: grade ${grade} is not that of ${percent} %, which is ${gradeOfPercent(percent)}`);
    }
    const either = grade ?? (percent === undefined ? undefined : gradeOfPercent(percent));
    if (either !== undefined)
      gradings[joint] = { grade: either, ...(percent === undefined ? {} : { percent }) };
  }
  return { positions, absent, gradings };
}

/** Another reader's row of a film that is there: what it says of the film must be the same, or nothing. */
function merged(
  known: ManifestFilm,
  again: ManifestFilm,
  cells: Record<string, string>,
  complain: (text: string) => void,
): ManifestFilm {
  const said = {
    patient: [known.patient, again.patient],
    hand: [known.hand, again.hand],
    date: [known.date, again.date],
    body_part: [known.bodyPart, again.bodyPart],
    turned_clockwise_deg: [known.turnedClockwiseDeg, again.turnedClockwiseDeg],
    inverted: [known.inverted, again.inverted],
    spacing_mm: [known.spacingMm, again.spacingMm],
  } satisfies Partial<Record<(typeof FILM_COLUMNS)[number], unknown[]>>;
  for (const [name, [before, now]] of Object.entries(said)) {
    if (cells[name] && before !== now)
      complain(`${name}: is ${cells[name]} here and ${before || 'empty'} on line ${known.line}`);
  }
  return {
    ...known,
    positions: { ...again.positions, ...known.positions },
    absent: [...new Set([...known.absent, ...again.absent])],
  };
}
