/** The command line of `npm run evaluate`. */
import { basename, dirname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CannotEvaluate } from './cannot-evaluate.ts';
import { type Bound, readBound } from './compare/bounds.ts';
import { CHECKED, type Checked, type Published } from './confusion/published.ts';
import type { Split } from './dataset/from-films-table.ts';

export type Options = {
  dataset?: string;
  split: Split;
  confusion?: string;
  published: Published[];
  url?: string;
  grpc?: string;
  out?: string;
  compare?: string;
  reference?: string;
  concurrency: number;
  steps: boolean;
  recompute: boolean;
  withImages: boolean;
  failBelow: Bound[];
  failAbove: Bound[];
  draws: number;
  seed: number;
};

export function evaluateCommand(): Command {
  return new Command()
    .name('npm run evaluate --')
    .description('Measures the quality of the whole, step by step and end to end. For research use only.')
    .option('--dataset <place>', 'a manifest (CSV), or a folder: with manifest.csv, films.csv or hand-*.json')
    .addOption(
      new Option('--split <name>', 'of a folder with films.csv; val is what no model learnt from')
        .choices(['val', 'train', 'all'])
        .default('val'),
    )
    .option('--url <url>', 'the gateway of a mesh that is running; without it one is started and stopped')
    .option('--grpc <host:port>', 'its orchestrator, which alone takes the truth in place of a step')
    .option('--out <folder>', 'where answers, figures and the report go; a run that stands there goes on')
    .option('--compare <run>', 'the folder of another run over the same dataset')
    .option('--reference <reader>', 'whose grades count as true; the first of the manifest otherwise')
    .option('--concurrency <number>', 'films on their way at once', positive(256), 4)
    .option('--no-steps', 'do not ask again with the truth in place of a step')
    .option('--recompute', 'only compute anew from the answers in --out; no mesh, no images', false)
    .option(
      '--with-images',
      'crops and overlays of the films in the report: mind whom you pass it on to',
      false,
    )
    .option(
      '--fail-below <figure=number>',
      'end with 1 where a figure is lower; repeatable',
      bound('below'),
      [],
    )
    .option(
      '--fail-above <figure=number>',
      'end with 1 where a figure is higher; repeatable',
      bound('above'),
      [],
    )
    .option('--draws <number>', 'bootstrap draws of patients', positive(100_000), 1000)
    .option('--seed <number>', 'of the bootstrap', positive(2 ** 31), 1)
    .option('--confusion <file>', 'instead of a dataset: six rows predicted × six columns actual, no header')
    .option(
      '--published <figure=share>',
      `what was published about it (${Object.keys(CHECKED).join(', ')}); repeatable`,
      published,
      [],
    )
    .addHelpText('after', HELP)
    .allowExcessArguments(false);
}

const HELP = `
Bounds name a figure of figures.csv: grades.quadratic-kappa=0.6, grades.accuracy@mcp2=0.5 for one group,
grades.accuracy:low=0.5 for the lower end of its interval, compare.end-to-end.accuracy=-0.01 for a difference.

Ends with 0 when done, 1 when a bound is crossed, 2 when the command or dataset makes no sense or the mesh is
away, 130 when stopped: the same command with --out goes on.
docs/evaluation.md explains the manifest, the figures and what is kept.`;

/** Throws CannotEvaluate where options contradict each other. */
export function checked(options: Options): Options {
  const problems: string[] = [];
  if ((options.dataset === undefined) === (options.confusion === undefined)) {
    problems.push('give one of --dataset and --confusion (--help says more)');
  }
  if (options.recompute && options.out === undefined)
    problems.push('--recompute needs --out: the folder of the run');
  if (options.grpc !== undefined && options.url === undefined) problems.push('--grpc goes with --url');
  if (options.published.length > 0 && options.confusion === undefined)
    problems.push('--published goes with --confusion');
  if (options.url !== undefined && !/^https?:\/\//.test(options.url)) {
    problems.push(`--url “${options.url}” is no address: give http://host:port`);
  }
  if (problems.length > 0) throw new CannotEvaluate(...problems);
  return options;
}

/** Named after the dataset and the moment, so that no run goes on in another's place unasked. */
export function defaultOut(dataset: string, now = new Date()): string {
  const name = basename(dataset) === 'manifest.csv' ? basename(dirname(dataset)) : basename(dataset, '.csv');
  return join('out', 'evaluation', `${name}-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`);
}

function positive(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
    }
    return value;
  };
}

function bound(side: Bound['side']): (text: string, before: Bound[]) => Bound[] {
  return (text, before) => {
    try {
      return [...before, readBound(text, side)];
    } catch (thrown) {
      throw new InvalidArgumentError((thrown as Error).message);
    }
  };
}

function published(text: string, before: Published[]): Published[] {
  const [, figure, share] = /^([a-z0-9-]+)=(0?\.\d+)$/.exec(text) ?? [];
  if (share === undefined || !(figure! in CHECKED)) {
    throw new InvalidArgumentError(`give ${Object.keys(CHECKED).join(' or ')}=SHARE, as within-1=0.941`);
  }
  return [
    ...before,
    { figure: figure as Checked, value: Number(share), decimals: share.split('.')[1]!.length },
  ];
}
