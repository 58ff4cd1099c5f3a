/** Waiting for something to be so, instead of sleeping and hoping. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** Resolves with the first value that is neither undefined nor false; fails with what `explain` knows. */
export async function waitUntil<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { within, explain }: { within: number; explain?: () => string },
): Promise<T> {
  const giveUp = performance.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      last = undefined;
    } catch (thrown) {
      last = thrown;
    }
    if (performance.now() > giveUp) {
      const why = last === undefined ? '' : `\nlast: ${last instanceof Error ? last.message : String(last)}`;
      throw new Error(`not within ${within} ms: ${what}${why}${explain ? `\n${explain()}` : ''}`);
    }
    await delay(LOOK_EVERY_MS);
  }
}
