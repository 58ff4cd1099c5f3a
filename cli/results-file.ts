/** The CSV of a run, which is also its memory: a film whose last word stands in it is not sent again. */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import type { Outcome } from './answer.ts';
import { csvLine, parseCsv } from './csv.ts';
import { areFinal, COLUMNS, modelOf, rowsOf } from './rows.ts';

export class OtherTable extends Error {
  override name = 'OtherTable';
}

export type ResultsFile = {
  /** Films that need not be sent again. */
  done: ReadonlySet<string>;
  add(film: string, outcome: Outcome): Promise<void>;
};

/** `models`: those that the run keeps to, as `joint-scoring:1`. Throws OtherTable. */
export async function openResultsFile(path: string, models: readonly string[]): Promise<ResultsFile> {
  const [header, ...rows] = parseCsv(await readIfThere(path));
  if (header && header.join() !== COLUMNS.join()) {
    throw new OtherTable(`${path} is another table than this command writes: name a new file with --csv`);
  }
  const other = rows.map(modelOf).find((one) => models.some((kept) => isOtherVersion(one, kept)));
  if (other) {
    throw new OtherTable(
      `${path} holds scores of ${other}, which this run does not keep to: name a new file with --csv`,
    );
  }
  const films = Map.groupBy(rows, (row) => row[0] ?? '');
  const kept = [...films].filter(([, rowsOfFilm]) => areFinal(rowsOfFilm));
  // What is to be done again, or was half written, goes first; by a rename, so that a kill loses nothing.
  const lines = [[...COLUMNS], ...kept.flatMap(([, rowsOfFilm]) => rowsOfFilm)].map(csvLine);
  await writeFile(`${path}.new`, lines.join(''));
  await rename(`${path}.new`, path);
  return {
    done: new Set(kept.map(([film]) => film)),
    // One write a film: its rows stand together.
    add: (film, outcome) => appendFile(path, rowsOf(film, outcome).map(csvLine).join('')),
  };
}

function isOtherVersion(one: string, other: string): boolean {
  const [[name], [otherName]] = [one.split(':'), other.split(':')];
  return name === otherName && one !== other;
}

const readIfThere = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
