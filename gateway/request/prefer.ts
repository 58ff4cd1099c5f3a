/** `Prefer: wait=N` (RFC 7240): how long the client waits, in seconds. */
import { DeepXRayError } from '#platform/errors/code.ts';

export const SHORTEST_WAIT_S = 0.001;
export const LONGEST_WAIT_S = 60;
export const DEFAULT_WAIT_S = 10;

const DECIMAL = /^(?:\d{1,3}(?:\.\d{1,9})?|\.\d{1,9})$/;
/** A preference's name and value; parameters of its own come after a semicolon and mean nothing to `wait`. */
const PREFERENCE = /^\s*([^\s=;]+)\s*(?:=\s*(?:"([^"]*)"|([^;]*?)))?\s*(?:;.*)?$/;

/** Seconds. Other preferences are ignored, as the RFC asks. Throws `bad-prefer`. */
export function readWait(header: string | string[] | undefined): number {
  const text = Array.isArray(header) ? header.join(',') : header;
  for (const preference of splitOutsideQuotes(text ?? '')) {
    const [, name, quoted, bare] = PREFERENCE.exec(preference) ?? [];
    // Where a preference is given twice, the first counts.
    if (name?.toLowerCase() === 'wait') return secondsOf(quoted ?? bare ?? '');
  }
  return DEFAULT_WAIT_S;
}

function secondsOf(value: string): number {
  const seconds = DECIMAL.test(value) ? Number(value) : Number.NaN;
  if (seconds >= SHORTEST_WAIT_S && seconds <= LONGEST_WAIT_S) return seconds;
  throw new DeepXRayError(
    'bad-prefer',
    `Prefer: wait=N takes decimal seconds from ${SHORTEST_WAIT_S} to ${LONGEST_WAIT_S}, such as wait=2.5.`,
  );
}

const splitOutsideQuotes = (text: string): string[] => text.match(/(?:[^,"]|"[^"]*"?)+/g) ?? [];
