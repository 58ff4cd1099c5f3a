/** One line of the CSV for each crop. Pure. */
import { GRADES, medianGrade } from '#platform/domain/grades.ts';
import type { Graded } from '../../model-servers/joint-scoring/scoring-model.ts';
import type { Cells } from '../rows.ts';

export const COLUMNS = [
  'file',
  'grade',
  'erosion_percent',
  ...GRADES.map((grade) => `p${grade}`),
  'missing',
] as const;

/**
 * Why a crop has no grade: its file is no picture that can be read; the model finds no joint to score on it, or it has too
 * few grey levels.
 */
export type Missing = 'unreadable' | 'unscorable';

export function rowOf(file: string, result: Graded | Missing): Cells {
  if (typeof result === 'string') return [file, ...Array(COLUMNS.length - 2).fill(undefined), result];
  const { probabilities, erosionPercent } = result;
  return [
    file,
    medianGrade(probabilities),
    rounded(erosionPercent, 3),
    ...probabilities.map((probability) => rounded(probability, 6)),
    undefined,
  ];
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
