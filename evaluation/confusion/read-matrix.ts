/** A confusion matrix from a file: six rows predicted × six columns actual, no header. Pure. */

import { GRADES } from '#platform/domain/grades.ts';
import { parseCsv } from '../../cli/csv.ts';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import { type ConfusionMatrix, totalOf } from '../statistics/confusion-matrix.ts';

/** Throws CannotEvaluate with every problem. */
export function readMatrix(text: string): ConfusionMatrix {
  const rows = parseCsv(`${text.replace(/^\uFEFF/, '').trimEnd()}\n`).filter(
    (row) => row.join('').trim() !== '',
  );
  const problems: string[] = [];
  if (rows.length !== GRADES.length) {
    problems.push(
      `there are ${rows.length} rows, not six: one for each predicted grade 0 to 5, without a header`,
    );
  }
  const counts = rows.map((row, at) => {
    if (row.length !== GRADES.length) {
      problems.push(`row ${at + 1} has ${row.length} columns, not six: one for each actual grade 0 to 5`);
    }
    return row.map((cell) => {
      const text = cell.trim();
      if (!/^\d+$/.test(text)) problems.push(`row ${at + 1}: “${text}” is not a count`);
      return Number(text);
    });
  });
  if (problems.length === 0 && totalOf(counts) === 0) problems.push('the matrix is empty: all counts are 0');
  if (problems.length > 0) throw new CannotEvaluate(...problems);
  return counts;
}
