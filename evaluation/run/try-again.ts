/** An answer that may be another a moment later is asked for again; the last one counts. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTransientReason, isTransientStatus, retryDelayMs, TRIES } from '../../cli/retry-policy.ts';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import type { Answered } from './answer-record.ts';

export type Attempt = { answered: Omit<Answered, 'tries'> } | { away: unknown };

/** Throws CannotEvaluate where nobody answers: then no film can be scored. */
export async function tryAgain(
  attempt: () => Promise<Attempt>,
  {
    address,
    signal,
    onWait,
  }: { address: string; signal: AbortSignal; onWait(seconds: number, why: string): void },
): Promise<Answered> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt();
    signal.throwIfAborted();
    if ('away' in outcome) {
      if (tries >= TRIES) throw nothingAnswers(address);
    } else if (isFinal(outcome.answered) || tries >= TRIES) {
      return { ...outcome.answered, tries };
    }
    const waitMs = retryDelayMs(tries);
    const why = 'away' in outcome ? 'nothing answers' : `answered ${outcome.answered.status}`;
    onWait(waitMs / 1000, why);
    await delay(waitMs, undefined, { signal });
  }
}

export const nothingAnswers = (address: string): CannotEvaluate =>
  new CannotEvaluate(`nothing answers at ${address}: start the system with "npm start", or leave --url out`);

/** The film's own answer, not one of a mesh that was busy or broken. */
export const isFinal = ({ status, missing }: Pick<Answered, 'status' | 'missing'>): boolean =>
  !isTransientStatus(status) && !Object.values(missing).some((reason) => isTransientReason(reason));
