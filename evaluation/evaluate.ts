/** The use case: a dataset, every answer to it, all figures, the report; and whether they keep the bounds. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askMesh } from './ask-mesh.ts';
import { CannotEvaluate } from './cannot-evaluate.ts';
import { judge } from './compare/bounds.ts';
import { type Comparison, compareRuns } from './compare/compare-runs.ts';
import { describeMatrix } from './confusion/describe-matrix.ts';
import { printMatrix } from './confusion/print-matrix.ts';
import { readMatrix } from './confusion/read-matrix.ts';
import type { Dataset } from './dataset/dataset.ts';
import { openDataset } from './dataset/open-dataset.ts';
import { type Evaluation, evaluateRun } from './figures/evaluate-run.ts';
import { defaultOut, type Options } from './options.ts';
import { printSummary } from './print-summary.ts';
import { writeReport } from './report/write-report.ts';
import { readAnswers } from './run/answers-file.ts';
import { describeRun } from './run-about.ts';
import { writeFigures } from './write-figures.ts';

export type Surroundings = {
  environment: Record<string, string | undefined>;
  signal: AbortSignal;
  /** To the person, beside the results. */
  say(text: string): void;
  /** The results. */
  print(text: string): void;
  /** From here on nothing is lost by a kill, and nothing listens to a signal while numbers are crunched. */
  onComputing(): void;
};

/** Resolves with the exit code. Throws CannotEvaluate, or the signal's reason. */
export async function evaluate(options: Options, around: Surroundings): Promise<number> {
  if (options.confusion !== undefined) return evaluateMatrix(options, options.confusion, around);
  const dataset = await openDataset(options.dataset!, {
    split: options.split,
    withImages: !options.recompute || options.withImages,
  });
  requireReader(dataset, options.reference);
  if (options.compare !== undefined) await requireRun(options.compare);
  const out = options.out ?? defaultOut(options.dataset!);
  await mkdir(out, { recursive: true });
  if (!options.recompute) {
    try {
      await askMesh(dataset, { ...around, ...options, out, url: options.url, grpc: options.grpc });
    } catch (thrown) {
      if (around.signal.aborted) around.say(`stopped: the same command with --out ${out} goes on from here`);
      throw thrown;
    }
  }
  around.onComputing();
  return report(dataset, options, out, around);
}

async function report(
  dataset: Dataset,
  options: Options,
  out: string,
  around: Surroundings,
): Promise<number> {
  const { draws, seed, reference, withImages, compare } = options;
  const bootstrap = { draws, seed };
  const settings = { bootstrap, ...(reference === undefined ? {} : { reference }) };
  const records = await readAnswers(out);
  if (records.length === 0) throw new CannotEvaluate(`${out} holds no answer to compute figures from`);
  const evaluation = evaluateRun(dataset, records, {
    ...settings,
    onSection: (name) => around.say(`computing: ${name}`),
  });
  const comparison =
    compare === undefined ? undefined : await compareWith(compare, dataset, evaluation, settings);
  const about = describeRun(dataset, records, evaluation, bootstrap);
  const { figures } = evaluation;
  await writeFigures(out, { about, figures, comparison });
  await writeReport(join(out, 'report.html'), { about, evaluation, comparison, withImages });
  around.print(printSummary(about, figures, comparison));
  around.print(
    `\nreport: ${join(out, 'report.html')}; figures.json, figures.csv and answers.jsonl beside it`,
  );

  const bounds = [...options.failBelow, ...options.failAbove];
  const verdicts = judge(bounds, [...figures, ...(comparison?.figures ?? [])]);
  for (const { holds, statement } of verdicts) around.print(`${holds ? 'holds' : 'CROSSED'}: ${statement}`);
  return verdicts.every(({ holds }) => holds) ? 0 : 1;
}

async function compareWith(
  folder: string,
  dataset: Dataset,
  evaluation: Evaluation,
  settings: Parameters<typeof evaluateRun>[2],
): Promise<Comparison> {
  // Only its cases are wanted: its own intervals stand in its own report.
  const before = evaluateRun(dataset, await readAnswers(folder), {
    ...settings,
    bootstrap: { draws: 0, seed: 1 },
  });
  if (before.films.length === 0) {
    throw new CannotEvaluate(
      `${folder} has no answer to any film of ${dataset.source}: it is a run over another dataset`,
    );
  }
  return compareRuns(before, evaluation, settings.bootstrap);
}

function requireReader({ readers, source }: Dataset, reference: string | undefined): void {
  if (reference === undefined || readers.includes(reference)) return;
  const known = readers.length === 0 ? 'nobody graded' : `readers are ${readers.join(', ')}`;
  throw new CannotEvaluate(`${source} has no reader “${reference}”: ${known}`);
}

async function requireRun(folder: string): Promise<void> {
  const found = await stat(join(folder, 'answers.jsonl')).catch(() => undefined);
  if (!found)
    throw new CannotEvaluate(`--compare ${folder}: there is no answers.jsonl: name the folder of a run`);
}

async function evaluateMatrix(
  { out, published }: Options,
  file: string,
  { print }: Surroundings,
): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CannotEvaluate(`--confusion ${file} cannot be read: ${error.message}`);
  });
  const figures = describeMatrix(readMatrix(text), published);
  print(printMatrix(figures));
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'figures.json'), `${JSON.stringify(figures, null, 1)}\n`);
    print(`\nfigures: ${join(out, 'figures.json')}`);
  }
  return 0;
}
