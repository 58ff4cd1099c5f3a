/** Scores many films, a few at a time; an error of one does not stop the rest. */
import type { Outcome } from './answer.ts';
import { GatewayAway, scoreFilm } from './score-film.ts';

export type FilmResult = { film: string; outcome: Outcome };

export async function scoreFilms(
  films: string[],
  settings: {
    url: string;
    concurrency: number;
    signal: AbortSignal;
    onWait(film: string, seconds: number, why: string): void;
    onResult(result: FilmResult): Promise<void>;
  },
): Promise<void> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([settings.signal, stopping.signal]);
  const queue = films.values();
  const takeTurns = async () => {
    for (const film of queue) {
      signal.throwIfAborted();
      const outcome = await outcomeOf(film, { url: settings.url, signal, onWait: settings.onWait });
      await settings.onResult({ film, outcome });
    }
  };
  const workers = Array.from({ length: settings.concurrency }, takeTurns);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    // What cannot get better by the next film ends all.
    stopping.abort(thrown);
    await Promise.allSettled(workers);
    throw thrown;
  }
}

async function outcomeOf(
  film: string,
  {
    url,
    signal,
    onWait,
  }: { url: string; signal: AbortSignal; onWait(film: string, seconds: number, why: string): void },
): Promise<Outcome> {
  try {
    return await scoreFilm(film, { url, signal, onWait: (seconds, why) => onWait(film, seconds, why) });
  } catch (thrown) {
    if (signal.aborted || thrown instanceof GatewayAway) throw thrown;
    const title = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: 'refused', status: 0, problem: { type: 'unreadable-file', title, status: 0 } };
  }
}
