/** What of a role's log lines (pino's JSON) a person is shown, and in what words. Pure. */
import type { Tone } from './console.ts';

export type Shown = { text: string; tone: Tone };

const TONES: Record<string, Tone> = { warn: 'warning', error: 'error', fatal: 'error' };

/** Written by pino first in each line: most lines need not be parsed at all. */
const QUIET_LINE = /^\{"level":"(?:trace|debug|info)"/;

/** Undefined for what is shown only on request. */
export function shownOf(line: string, verbose: boolean): Shown | undefined {
  if (line.trim() === '') return undefined;
  if (!verbose && QUIET_LINE.test(line)) return undefined;
  const entry = parse(line);
  // Not ours: the runtime's own words, as before a crash.
  if (!entry) return { text: line, tone: 'plain' };
  const tone = TONES[entry.level] ?? 'quiet';
  if (tone === 'quiet' && !verbose) return undefined;
  const words = [entry.msg, reasonOf(entry), ...furtherOf(entry)].filter(Boolean);
  return { text: words.join(' — '), tone };
}

/** nats-server marks each line; `[INF]` and `[DBG]` are for the curious. */
export function shownOfNats(line: string, verbose: boolean): Shown | undefined {
  const [, level, text] = /\[(INF|DBG|TRC|WRN|ERR|FTL)\] (.*)$/.exec(line) ?? [];
  if (level === 'WRN') return { text: text ?? line, tone: 'warning' };
  if (level === 'ERR' || level === 'FTL') return { text: text ?? line, tone: 'error' };
  return verbose ? { text: text ?? line, tone: 'quiet' } : undefined;
}

type Entry = { level: string; msg?: string; err?: { message?: string }; [field: string]: unknown };

function parse(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isEntry = typeof value === 'object' && value !== null && 'level' in value;
    return isEntry ? (value as Entry) : undefined;
  } catch {
    return undefined;
  }
}

const reasonOf = ({ err, msg }: Entry): string | undefined =>
  err?.message === msg ? undefined : err?.message?.split('\n')[0];

/** Said elsewhere in the line, or of no use to a person. */
const KNOWN_FIELDS = new Set(['level', 'time', 'service', 'instance', 'msg', 'err', 'spanId']);

const furtherOf = (entry: Entry): string[] =>
  Object.entries(entry).flatMap(([field, value]) =>
    KNOWN_FIELDS.has(field) || value === null || typeof value === 'object' ? [] : [`${field} ${value}`],
  );
