/** Films as a manifest, without the columns that none of them fills. Pure. */

import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { csvLine } from '../../cli/csv.ts';
import type { Film } from './dataset.ts';
import { ABSENT, ALL_COLUMNS, jointColumn } from './manifest-columns.ts';

export function writeManifest(films: Omit<Film, 'path'>[], simulated: boolean): string {
  const rows = films.flatMap((film) => {
    const readers = Object.keys(film.gradings);
    return (readers.length > 0 ? readers : ['']).map((reader) => rowOf(film, reader, simulated));
  });
  const filled = ALL_COLUMNS.filter((column) => rows.some((row) => (row[column] ?? '') !== ''));
  return [filled, ...rows.map((row) => filled.map((column) => row[column]))].map(csvLine).join('');
}

function rowOf(
  film: Omit<Film, 'path'>,
  reader: string,
  simulated: boolean,
): Record<string, string | number> {
  const row: Record<string, string | number> = {
    image: film.image,
    patient: film.patient,
    hand: film.hand ?? '',
    date: film.date ?? '',
    body_part: film.bodyPart,
    turned_clockwise_deg: film.turnedClockwiseDeg || '',
    inverted: film.inverted ? 'true' : '',
    spacing_mm: film.spacingMm ?? '',
    simulated: simulated ? 'true' : '',
    reader,
  };
  for (const joint of JOINT_NAMES) {
    const position = film.positions[joint];
    const grading = film.gradings[reader]?.[joint];
    if (position) {
      row[jointColumn(joint, 'x')] = rounded(position.x);
      row[jointColumn(joint, 'y')] = rounded(position.y);
    }
    if (film.absent.includes(joint)) row[jointColumn(joint, 'grade')] = ABSENT;
    else if (grading) {
      row[jointColumn(joint, 'grade')] = grading.grade;
      if (grading.percent !== undefined) row[jointColumn(joint, 'percent')] = grading.percent;
    }
  }
  return row;
}

const rounded = (pixels: number): number => Number(pixels.toFixed(2));
