/** `npm run score -- FILE|DIR…`: scores films, tells how far it is, keeps the results. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { credentialSettings } from '#platform/access/credential.ts';
import { InvalidSettings, readSettings } from '#platform/process/settings.ts';
import { findFilms, NoSuchFilm } from './find-films.ts';
import { drawOverlay } from './overlay.ts';
import { createProgress } from './progress.ts';
import { OtherTable, openResultsFile } from './results-file.ts';
import { GatewayAway } from './score-film.ts';
import { type FilmResult, scoreFilms } from './score-films.ts';
import { tableOf } from './table.ts';

type Options = {
  url: string;
  concurrency: number;
  csv?: string;
  json?: string;
  overlays?: string;
  model: string[];
};

const command = new Command()
  .name('npm run score --')
  .description('Scores radiographs of left hands. For research use only.')
  .argument('<film...>', 'pictures, or folders with pictures anywhere below (PNG, JPEG, TIFF, WebP)')
  .option('--url <url>', 'the gateway', 'http://localhost:8080')
  .option(
    '--csv <file>',
    'one row for each film and joint; films that stand in it already are not sent again',
  )
  .option('--json <file>', 'append one JSON line for each film: the whole answer')
  .option('--overlays <folder>', 'a picture for each film, with boxes and grades drawn over it')
  .option(
    '--model <model:version>',
    'the version of a model to score with, as joint-scoring:1, for each model once: a study over years keeps to one',
    (one: string, before: string[]) => [...before, one],
    [],
  )
  .option('--concurrency <number>', 'films on their way at once', positive, 4)
  .addHelpText(
    'after',
    '\nWhere the gateway asks for one: the token or API key in DEEPXRAY_TOKEN, or in the file that DEEPXRAY_TOKEN_FILE names;\nNODE_EXTRA_CA_CERTS names an authority that the system does not know.\n\nEnds with 0 when every film that was sent has scores, 1 when some have none, 2 when the command makes no sense.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

command.parse();
try {
  process.exitCode = await run(command.args, command.opts<Options>());
} catch (thrown) {
  const isExpected = [GatewayAway, NoSuchFilm, OtherTable, InvalidSettings].some(
    (kind) => thrown instanceof kind,
  );
  process.stderr.write(`${isExpected ? (thrown as Error).message : ((thrown as Error).stack ?? thrown)}\n`);
  process.exitCode = thrown instanceof GatewayAway ? 1 : 2;
}

async function run(
  places: string[],
  { url, concurrency, csv, json, overlays, model }: Options,
): Promise<number> {
  const films = (await findFilms(places)).filter((film) => !overlays || !isBelow(film, overlays));
  for (const file of [csv, json]) if (file) await mkdir(dirname(file), { recursive: true });
  const results = csv === undefined ? undefined : await openResultsFile(csv, model);
  const todo = films.filter((film) => !results?.done.has(film));
  if (todo.length < films.length) {
    process.stderr.write(`${films.length - todo.length} of ${films.length} films stand in ${csv} already\n`);
  }

  const { token } = readSettings(credentialSettings, process.env);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const progress = createProgress(todo.length, process.stderr);
  const all: FilmResult[] = [];
  try {
    await scoreFilms(todo, {
      url: url.replace(/\/+$/, ''),
      concurrency,
      models: model,
      token,
      signal: interrupted.signal,
      onWait: progress.waiting,
      async onResult({ film, outcome }) {
        all.push({ film, outcome });
        await results?.add(film, outcome);
        if (json) await appendFile(json, `${JSON.stringify({ file: film, ...bodyOf(outcome) })}\n`);
        if (overlays && outcome.kind === 'scored') await overlay(film, outcome.answer, overlays);
        progress.filmDone(film, newsOf(outcome), outcome.kind !== 'scored');
      },
    });
  } catch (thrown) {
    if (!interrupted.signal.aborted) throw thrown;
  } finally {
    progress.end();
    all.sort((one, other) => todo.indexOf(one.film) - todo.indexOf(other.film));
    if (all.length > 0) process.stdout.write(`${tableOf(all)}\n`);
  }
  if (interrupted.signal.aborted) {
    const resume = csv ? '; the same command goes on from here' : '';
    process.stderr.write(`stopped after ${all.length} of ${todo.length} films${resume}\n`);
    return 130;
  }
  return all.every(({ outcome }) => outcome.kind === 'scored') ? 0 : 1;
}

async function overlay(
  film: string,
  answer: Parameters<typeof drawOverlay>[1],
  folder: string,
): Promise<void> {
  // The film's own path below the folder, so that films of one name in two folders stay two.
  const target = join(folder, `${film.replace(/^([./\\]|[A-Za-z]:)+/, '')}.png`);
  await mkdir(dirname(target), { recursive: true });
  await drawOverlay(film, answer, target);
}

/** Overlays of an earlier run, where they are kept beside the films, are no films. */
function isBelow(film: string, folder: string): boolean {
  return !relative(folder, film).startsWith('..');
}

function bodyOf(outcome: FilmResult['outcome']): object {
  return outcome.kind === 'scored' ? outcome.answer : outcome.problem;
}

function newsOf(outcome: FilmResult['outcome']): string {
  if (outcome.kind === 'scored') {
    const { joints, traceId } = outcome.answer;
    return `${Object.keys(joints).length} joints scored; trace ${traceId}`;
  }
  const { status, title, detail, traceId } = outcome.problem;
  return [`${status} ${title}`, detail, traceId && `trace ${traceId}`].filter(Boolean).join('; ');
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256)
    throw new InvalidArgumentError('a whole number from 1 to 256');
  return value;
}
