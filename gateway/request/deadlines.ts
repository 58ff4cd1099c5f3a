/** From how long a client waits to when who has to be done, so that the answer arrives in time. */
import type { DeadlineMs } from '#platform/deadline.ts';

/** The gateway's own answer leaves this long before the client's deadline. */
const ANSWER_MARGIN_MS = 8;
/** The orchestrator's deadline: what it sent in time still has to come and be put into words. */
const ORCHESTRATOR_MARGIN_MS = 20;
/** Of a short wait, no more than these shares. */
const ANSWER_MARGIN_SHARE = 0.1;
const ORCHESTRATOR_MARGIN_SHARE = 0.25;

export type Deadlines = { answerBy: DeadlineMs; orchestratorBy: DeadlineMs };

export function deadlinesOf(waitS: number, now = Date.now()): Deadlines {
  const waitMs = waitS * 1000;
  const before = (marginMs: number, share: number) => now + waitMs - Math.min(marginMs, share * waitMs);
  return {
    answerBy: before(ANSWER_MARGIN_MS, ANSWER_MARGIN_SHARE),
    orchestratorBy: before(ORCHESTRATOR_MARGIN_MS, ORCHESTRATOR_MARGIN_SHARE),
  };
}
