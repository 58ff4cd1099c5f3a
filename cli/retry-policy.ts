/** Which answers may be another a moment later, and when to ask again. Pure. */
import type { Outcome } from './answer.ts';

export const TRIES = 6;

const TRANSIENT_STATUSES = new Set([429, 500, 502, 503, 504]);

/** Reasons of the mesh, not of the film. */
const TRANSIENT_REASONS = new Set(['deadline', 'unavailable', 'failed']);

export const isTransientReason = (missing: string): boolean => TRANSIENT_REASONS.has(missing);
export const isTransientStatus = (status: number): boolean => TRANSIENT_STATUSES.has(status);

export const isTransient = (outcome: Outcome): boolean =>
  outcome.kind === 'refused'
    ? isTransientStatus(outcome.status)
    : Object.values(outcome.answer.missing).some(isTransientReason);

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** At least what the gateway asked for; doubled each time, and spread so that many clients do not come back as one. */
export function retryDelayMs(tries: number, retryAfterS = 0, random = Math.random): number {
  const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  return Math.max(retryAfterS * 1000, backoffMs) * (1 + random() / 4);
}
