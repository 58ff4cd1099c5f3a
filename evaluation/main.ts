/** `npm run evaluate`: the quality of the whole, step by step and end to end. */
import { CannotEvaluate } from './cannot-evaluate.ts';
import { evaluate } from './evaluate.ts';
import { checked, evaluateCommand, type Options } from './options.ts';

const command = evaluateCommand().exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
command.parse();

const interrupted = new AbortController();
// A terminal signals the whole group, and npm hands the signal on: the same wish twice.
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
for (const signal of SIGNALS) process.on(signal, () => interrupted.abort());

try {
  process.exitCode = await evaluate(checked(command.opts<Options>()), {
    environment: process.env,
    signal: interrupted.signal,
    say: (text) => process.stderr.write(`${text}\n`),
    print: (text) => process.stdout.write(`${text}\n`),
    onComputing: () => {
      for (const signal of SIGNALS) process.removeAllListeners(signal);
    },
  });
} catch (thrown) {
  if (interrupted.signal.aborted) process.exitCode = 130;
  else {
    const text = thrown instanceof CannotEvaluate ? thrown.message : ((thrown as Error).stack ?? thrown);
    process.stderr.write(`${text}\n`);
    process.exitCode = 2;
  }
}
