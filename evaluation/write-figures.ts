/** The figures of a run as JSON, for programs, and CSV, for spreadsheets and R. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { csvLine } from '../cli/csv.ts';
import type { Comparison } from './compare/compare-runs.ts';
import { DEFINITIONS } from './figures/definitions.ts';
import type { Figure } from './figures/figure.ts';
import type { About } from './run-about.ts';

export async function writeFigures(
  out: string,
  { about, figures, comparison }: { about: About; figures: Figure[]; comparison: Comparison | undefined },
): Promise<void> {
  const all = [...figures, ...(comparison?.figures ?? [])];
  const compared = comparison && {
    pairs: comparison.pairs,
    mcNemar: comparison.mcNemar,
    wilcoxon: comparison.wilcoxon,
    changed: comparison.changed.map(({ film, joint, reference, before, after, worseBy }) => ({
      image: film.image,
      joint,
      reference,
      before: before.answer?.score ?? null,
      after: after.answer?.score ?? null,
      worseBy,
    })),
  };
  const json = { about, figures: all, ...(compared ? { comparison: compared } : {}) };
  await writeFile(join(out, 'figures.json'), `${JSON.stringify(json, null, 1)}\n`);
  const header = ['id', 'group', 'value', 'low', 'high', 'n', 'patients', 'because', 'title', 'formula'];
  const rows = all.map(({ id, group, value, low, high, n, patients, because }) => {
    const definition = DEFINITIONS[id.replace(/^compare\./, '')];
    return [id, group, value, low, high, n, patients, because, definition?.title, definition?.formula].map(
      (cell) => cell ?? undefined,
    );
  });
  await writeFile(join(out, 'figures.csv'), [header, ...rows].map(csvLine).join(''));
}
