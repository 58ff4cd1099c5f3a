/** Scores many films, a few at a time; an error of one does not stop the rest. */
import type { Outcome } from './answer.ts';
import { eachInTurn } from './each-in-turn.ts';
import { GatewayAway, scoreFilm } from './score-film.ts';

export type FilmResult = { film: string; outcome: Outcome };

export async function scoreFilms(
  films: string[],
  settings: {
    url: string;
    concurrency: number;
    signal: AbortSignal;
    token?: string | undefined;
    models?: readonly string[];
    onWait(film: string, seconds: number, why: string): void;
    onResult(result: FilmResult): Promise<void>;
  },
): Promise<void> {
  const { url, concurrency, signal, token, models, onWait, onResult } = settings;
  await eachInTurn(films, { concurrency, signal }, async (film, until) =>
    onResult({ film, outcome: await outcomeOf(film, { url, signal: until, token, models, onWait }) }),
  );
}

async function outcomeOf(
  film: string,
  {
    onWait,
    ...how
  }: {
    url: string;
    signal: AbortSignal;
    token: string | undefined;
    models: readonly string[] | undefined;
    onWait(film: string, seconds: number, why: string): void;
  },
): Promise<Outcome> {
  try {
    return await scoreFilm(film, { ...how, onWait: (seconds, why) => onWait(film, seconds, why) });
  } catch (thrown) {
    if (how.signal.aborted || thrown instanceof GatewayAway) throw thrown;
    const title = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: 'refused', status: 0, problem: { type: 'unreadable-file', title, status: 0 } };
  }
}
