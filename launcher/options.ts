/** The launcher's command line. */
import { Command } from 'commander';
import { settings } from './config.ts';

export type StartOptions = { verbose: boolean; logs?: string; traces: boolean };

export const startCommand = (description: string): Command =>
  new Command()
    .description(description)
    .option('-v, --verbose', 'show every line that the processes log, not only warnings and errors', false)
    .option('--logs <file>', 'append every line of every process (JSON) to a file')
    .option('--traces', 'show where the time of the last requests went, on a page of its own', false)
    .addHelpText('after', `\nSettings (environment variables):\n${settingsTable()}\n`)
    .allowExcessArguments(false);

const settingsTable = (): string =>
  Object.values(settings)
    .map(({ env, fallback, doc }) => `  ${env.padEnd(24)} ${(fallback ?? '').padEnd(6)} ${doc}`)
    .join('\n');
