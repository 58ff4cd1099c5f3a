/** `npm run evaluate:dataset -- synthetic|films`: makes a dataset to evaluate on. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createProgress } from '../../cli/progress.ts';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import { fromFilmsTable, type Split } from './from-films-table.ts';
import { renderCohort } from './render-cohort.ts';
import { writeManifest } from './write-manifest.ts';

const wholeNumber = (text: string): number => {
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('give a whole number from 1');
  return Number(text);
};
const millimetres = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.08 && value <= 1)) throw new InvalidArgumentError('give 0.08 to 1 mm');
  return value;
};

const program = new Command('npm run evaluate:dataset --')
  .description('Makes datasets for "npm run evaluate": films with a manifest of what is true about them.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command('synthetic')
  .description('draws SIMULATED patients: left hands at two visits, lesions that grow, films to be refused')
  .requiredOption('--out <folder>', 'where manifest.csv and films/ go; what is drawn already stays')
  .option('--count <n>', 'how many films', wholeNumber, 100)
  .option('--seed <n>', 'the same seed draws the same patients', wholeNumber, 1)
  .option('--spacing <mm>', 'millimetres per pixel; 0.3 draws twice as fast as 0.2', millimetres, 0.2)
  .action(
    async ({ out, count, seed, spacing }: { out: string; count: number; seed: number; spacing: number }) => {
      const progress = createProgress(count, process.stderr);
      const manifest = await renderCohort(out, { count, seed, spacingMm: spacing }, (_, name) =>
        progress.filmDone(name, 'drawn', false),
      );
      progress.end();
      process.stdout.write(`${manifest}\n`);
    },
  );

program
  .command('films')
  .description('writes a manifest for a folder with films.csv and joints.csv; the films stay where they are')
  .requiredOption('--data <folder>', 'the folder')
  .requiredOption('--out <manifest>', 'the manifest to write')
  .addOption(
    new Option('--split <name>', 'val: what no model learnt from')
      .choices(['val', 'train', 'all'])
      .default('val'),
  )
  .action(async ({ data, out, split }: { data: string; out: string; split: Split }) => {
    const films = await fromFilmsTable(data, split);
    const image = (name: string) => relative(resolve(dirname(out)), resolve(join(data, name)));
    await mkdir(dirname(out), { recursive: true });
    await writeFile(
      out,
      writeManifest(
        films.map((film) => ({ ...film, image: image(film.image) })),
        false,
      ),
    );
    process.stdout.write(`${out}: ${films.length} films\n`);
  });

try {
  await program.parseAsync();
} catch (thrown) {
  process.stderr.write(
    `${thrown instanceof CannotEvaluate ? thrown.message : ((thrown as Error).stack ?? thrown)}\n`,
  );
  process.exitCode = 2;
}
