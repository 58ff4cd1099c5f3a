/** When a call's answer has to leave, and whether anybody still waits for it. */
import type { Deadline, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { DeadlineMs } from '#platform/deadline.ts';

/** For calls without a deadline of their own, and the most that a call gets. */
const LONGEST_MS = 60_000;
/** What is sent at a call's deadline never arrives: the answer leaves this long before it. */
const MARGIN_MS = 15;
/** Of a short call, no more than this share. */
const MARGIN_SHARE = 0.25;

export function answerBy(deadline: Deadline, now = Date.now()): DeadlineMs {
  const budgetMs = Math.min(LONGEST_MS, Math.max(0, Number(deadline) - now));
  return now + budgetMs - Math.min(MARGIN_MS, MARGIN_SHARE * budgetMs);
}

export function cancelledSignal(
  call: ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  call.on('cancelled', () => controller.abort());
  return controller.signal;
}
