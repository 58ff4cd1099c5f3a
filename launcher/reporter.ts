/** Turns what happens to the processes, and what they log, into lines for a person and for a file. */
import type { Console } from './console.ts';
import { createRepeatedLines } from './repeated-lines.ts';
import { shownOf, shownOfNats } from './role-log.ts';
import type { Watcher } from './supervise.ts';

/** Takes every line of every process, as it came. */
export type LogFile = { write(line: string): void };

const LAST_WORDS = 8;

export type Reporter = Omit<Watcher, 'onGivenUp'> & {
  /** The last lines of a process, to explain its end. */
  lastWords(name: string): string;
  /** From here on, processes end because they were told to. */
  quieten(): void;
  stop(): void;
};

export function createReporter({
  console,
  verbose,
  logs,
}: {
  console: Console;
  verbose: boolean;
  logs?: LogFile;
}): Reporter {
  const recent = new Map<string, string[]>();
  const repeated = createRepeatedLines((speaker, text, times) =>
    console.say(speaker, `… ${times} more times: ${text}`, 'quiet'),
  );
  let quiet = false;
  return {
    onLine(name, line) {
      logs?.write(line);
      remember(recent, name, line);
      const shown = name === 'nats-server' ? shownOfNats(line, verbose) : shownOf(line, verbose);
      if (!shown || (quiet && !verbose && shown.tone !== 'error')) return;
      if (verbose || repeated.isNew(name, shown.text)) console.say(name, shown.text, shown.tone);
    },
    // Each says so itself.
    onStarted: () => undefined,
    onDeath(name, how, againAfterMs) {
      const again = againAfterMs === 0 ? 'at once' : `in ${againAfterMs} ms`;
      console.say(name, `${how}; started again ${again}`, 'warning');
    },
    lastWords(name) {
      const lines = (recent.get(name) ?? []).flatMap((line) => shownOf(line, false)?.text ?? []);
      return [...new Set(lines)].map((line) => `\n  ${line}`).join('');
    },
    quieten() {
      quiet = true;
    },
    stop: () => repeated.stop(),
  };
}

function remember(recent: Map<string, string[]>, name: string, line: string): void {
  const lines = recent.get(name) ?? [];
  lines.push(line);
  if (lines.length > LAST_WORDS) lines.shift();
  recent.set(name, lines);
}
