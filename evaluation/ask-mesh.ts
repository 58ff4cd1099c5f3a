/** Has every film of a dataset answered that has no answer yet, by a mesh that runs or by one of its own. */

import { createProgress } from '../cli/progress.ts';
import { connectScoring } from '../client/index.ts';
import type { Dataset } from './dataset/dataset.ts';
import { openAnswers } from './run/answers-file.ts';
import { type Address, withOwnMesh } from './run/own-mesh.ts';
import { openQuestions, type Question, runFilms } from './run/run-films.ts';
import { nothingAnswers } from './run/try-again.ts';
import { filmsOf, VARIANTS, type Variant } from './run/variant.ts';

export type Asking = {
  out: string;
  url: string | undefined;
  grpc: string | undefined;
  concurrency: number;
  steps: boolean;
  environment: Record<string, string | undefined>;
  signal: AbortSignal;
  say(text: string): void;
};

export async function askMesh(dataset: Dataset, asking: Asking): Promise<void> {
  const { out, url, grpc, say, signal } = asking;
  const answers = await openAnswers(out);
  const variants = variantsOf(dataset, asking);
  const questions = await openQuestions(dataset.films, variants, answers);
  const total = variants.reduce((sum, variant) => sum + filmsOf(variant, dataset.films).length, 0);
  if (questions.length < total) {
    say(`${total - questions.length} of ${total} answers stand in ${out} already`);
  }
  if (questions.length === 0) {
    say('nothing was sent: name another --out to ask a mesh whose models have changed');
    return;
  }
  const ask = async (address: Address, until: AbortSignal) => {
    const client = address.grpc === undefined ? undefined : connectScoring(address.grpc);
    const progress = createProgress(questions.length, process.stderr, { lineEveryMs: 5000 });
    try {
      await runFilms(
        questions,
        { url: address.url, grpc: client && { address: address.grpc!, client } },
        answers,
        {
          concurrency: asking.concurrency,
          signal: until,
          onAnswer: (one, status) =>
            progress.filmDone(nameOf(one), `answered ${status}`, isTrouble(one, status)),
          onWait: (one, seconds, why) => progress.waiting(nameOf(one), seconds, why),
        },
      );
    } finally {
      progress.end();
      client?.close();
    }
  };
  if (url === undefined) await withOwnMesh(asking.environment, signal, ask);
  else {
    const gateway = url.replace(/\/+$/, '');
    await requireGateway(gateway, signal);
    await ask({ url: gateway, grpc }, signal);
  }
}

/** At once, rather than after every try of the first film. */
async function requireGateway(url: string, signal: AbortSignal): Promise<void> {
  try {
    await fetch(`${url}/livez`, { signal });
  } catch {
    signal.throwIfAborted();
    throw nothingAnswers(url);
  }
}

/** The truth takes a step's place only where there are grades to lose, and gRPC to give it by. */
function variantsOf(dataset: Dataset, { steps, url, grpc, say }: Asking): readonly Variant[] {
  if (!steps) return ['plain'];
  if (url !== undefined && grpc === undefined) {
    say('steps are not told apart: name the orchestrator with --grpc for that');
    return ['plain'];
  }
  if (dataset.readers.length === 0) {
    say('steps are not told apart: nobody graded a joint of this dataset');
    return ['plain'];
  }
  return VARIANTS;
}

const nameOf = ({ variant, film }: Question): string =>
  variant === 'plain' ? film.image : `${film.image} (${variant})`;

/** A film to be refused that is refused is no trouble. */
const isTrouble = ({ film }: Question, status: number): boolean =>
  (status === 200) !== (film.bodyPart === 'left-hand');
