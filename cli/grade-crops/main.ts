/** `npm run grade-crops -- DIR`: grades loose joint crops with the model that the mesh serves, without the mesh. */
import { relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { csvLine } from '../csv.ts';
import { findFilms, NoSuchFilm } from '../find-films.ts';
import { FIELDS } from './fields.ts';
import { gradeCrops } from './grade-crops.ts';
import { createCropProgress } from './progress.ts';
import { COLUMNS, rowOf } from './rows.ts';
import { openScorer } from './scorer.ts';

const command = new Command()
  .name('npm run --silent grade-crops --')
  .description(
    'Grades loose crops of finger joints, with the model that the mesh serves; CSV to standard output. For research use only.',
  )
  .argument(
    '<folder>',
    'pictures of one joint each, upright, finger tip up, anywhere below (PNG, JPEG, TIFF, WebP)',
  )
  .option(
    '--field <share>',
    'central share of each crop that the model is shown, above 0 to 1; if not given, several, weighed for each crop',
    share,
  )
  .addHelpText(
    'after',
    `
Columns: ${COLUMNS.join(',')}
  file     below the folder
  grade    Ratingen 0-5: the median of p0 to p5
  missing  why there is no grade: unreadable (what is wrong stands on standard error), or unscorable (the
           model finds no joint to score: an implant, a crop off target, a joint outside the film; or the
           picture has too few grey levels, which stands on standard error)

npm itself writes two lines to standard output; --silent leaves them out:
  npm run --silent grade-crops -- crops/ > grades.csv

Ends with 0 when every crop could be read, 1 when some could not, 2 when the command makes no sense.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

command.parse();
try {
  process.exitCode = await run(command.args[0]!, command.opts<{ field?: number }>());
} catch (thrown) {
  const isExpected = thrown instanceof NoSuchFilm;
  process.stderr.write(`${isExpected ? thrown.message : ((thrown as Error).stack ?? thrown)}\n`);
  process.exitCode = 2;
}

async function run(folder: string, { field }: { field?: number }): Promise<number> {
  const paths = await findFilms([folder]);
  if (paths.length === 0) throw new NoSuchFilm(`there is no picture in ${folder} or below`);
  const scorer = await openScorer();
  const fields = field === undefined ? FIELDS : [field];
  const progress = createCropProgress(paths.length, process.stderr);
  const count = { unreadable: 0, unscorable: 0 };
  process.stdout.write(csvLine(COLUMNS));
  for await (const { path, result, problem } of gradeCrops(paths, { scorer, fields })) {
    const file = relative(folder, path) || path;
    if (typeof result === 'string') count[result] += 1;
    if (problem !== undefined) progress.note(`${file}: ${problem}`);
    process.stdout.write(csvLine(rowOf(file, result)));
    progress.done();
  }
  progress.end();
  progress.note(`${count.unscorable} unscorable, ${count.unreadable} unreadable. For research use only.`);
  return count.unreadable > 0 ? 1 : 0;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('a number above 0, at most 1');
  return value;
}
