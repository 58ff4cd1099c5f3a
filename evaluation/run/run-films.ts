/** Sends every film of a dataset, a few at once, and keeps each answer as it comes. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ScoreOptions } from '#proto/deepxray/v1/scoring.ts';
import { eachInTurn } from '../../cli/each-in-turn.ts';
import type { ScoringServiceClient } from '../../client/index.ts';
import type { Film } from '../dataset/dataset.ts';
import type { AnswersFile } from './answers-file.ts';
import { scoreOverGrpc } from './score-over-grpc.ts';
import { scoreOverRest } from './score-over-rest.ts';
import { tryAgain } from './try-again.ts';
import { filmsOf, truthGiven, type Variant } from './variant.ts';

export type Question = { variant: Variant; film: Film; question: string };

/** What has no answer yet. */
export async function openQuestions(
  films: readonly Film[],
  variants: readonly Variant[],
  answers: AnswersFile,
): Promise<Question[]> {
  const digests = new Map<string, string>();
  for (const film of films) digests.set(film.image, digestOf(await readFile(film.path)));
  return variants
    .flatMap((variant) =>
      filmsOf(variant, films).map((film) => {
        const truth =
          variant === 'plain' ? '' : JSON.stringify(ScoreOptions.toJSON(truthGiven(variant, film)));
        return { variant, film, question: digestOf(`${digests.get(film.image)} ${truth}`) };
      }),
    )
    .filter(({ variant, film, question }) => !answers.has(variant, film.image, question));
}

const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

export type Mesh = {
  url: string;
  /** For variants other than plain. */
  grpc: { address: string; client: ScoringServiceClient } | undefined;
};

/** Throws CannotEvaluate where nobody answers, or the signal's reason. */
export async function runFilms(
  questions: readonly Question[],
  mesh: Mesh,
  answers: AnswersFile,
  {
    concurrency,
    signal,
    onAnswer,
    onWait,
  }: {
    concurrency: number;
    signal: AbortSignal;
    onAnswer(question: Question, status: number): void;
    onWait(question: Question, seconds: number, why: string): void;
  },
): Promise<void> {
  await eachInTurn(questions, { concurrency, signal }, async (one, until) => {
    const { variant, film, question } = one;
    const attempt = () =>
      variant === 'plain'
        ? scoreOverRest(film.path, mesh.url, until)
        : scoreOverGrpc(film.path, truthGiven(variant, film), mesh.grpc!.client, until);
    const answered = await tryAgain(attempt, {
      address: variant === 'plain' ? mesh.url : mesh.grpc!.address,
      signal: until,
      onWait: (seconds, why) => onWait(one, seconds, why),
    });
    await answers.add({ variant, image: film.image, question, ...answered });
    onAnswer(one, answered.status);
  });
}
