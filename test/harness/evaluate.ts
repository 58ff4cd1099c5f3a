/** `npm run evaluate` as a person runs it, on cohorts that the project draws. */
import { type ChildProcess, execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderCohort } from '../../evaluation/dataset/render-cohort.ts';
import type { Figure } from '../../evaluation/figures/figure.ts';
import { rendererDigest } from './hands.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The manifest of a simulated cohort; drawn once and kept in .cache until the renderer changes. */
export async function syntheticCohort(count: number): Promise<string> {
  const folder = join(ROOT, '.cache', 'cohorts', `${await rendererDigest()}-${count}`);
  return renderCohort(folder, { count, seed: 1, spacingMm: 0.3 }, () => undefined);
}

export type Ended = { exitCode: number; stdout: string; stderr: string };
export type Running = { child: ChildProcess; ended: Promise<Ended> };

export function startEvaluate(words: string[], env: Record<string, string> = {}): Running {
  const settings = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const main = join(ROOT, 'evaluation', 'main.ts');
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(process.execPath, [main, ...words], settings, (_error, stdout, stderr) =>
    resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
  );
  return { child, ended };
}

export const evaluate = (words: string[], env: Record<string, string> = {}): Promise<Ended> =>
  startEvaluate(words, env).ended;

export type FiguresFile = {
  about: {
    films: number;
    patients: number;
    simulated: boolean;
    variants: string[];
    models: string[];
    warnings: string[];
  };
  figures: Figure[];
  comparison?: { pairs: number; changed: { worseBy: number }[] };
};

export const readFigures = async (out: string): Promise<FiguresFile> =>
  JSON.parse(await readFile(join(out, 'figures.json'), 'utf8')) as FiguresFile;

/** Every figure that does not depend on how fast the machine was. */
export const timeless = ({ figures }: FiguresFile): Figure[] =>
  figures.filter(({ id }) => !id.startsWith('times.'));
