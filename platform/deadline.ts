/** Deadlines are absolute (ms since 1970, this host's clock) and only ever move earlier on their way. */

export type DeadlineMs = number;

export const remainingMs = (deadline: DeadlineMs, now = Date.now()): number => Math.max(0, deadline - now);

export const hasPassed = (deadline: DeadlineMs, now = Date.now()): boolean => now >= deadline;

/** setTimeout holds at most 2^31 − 1 ms and fires at once beyond. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** A signal that aborts at the deadline or when `parent` does; `release` frees the timer. */
export function deadlineSignal(
  deadline: DeadlineMs,
  parent?: AbortSignal,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onParent = () => controller.abort(parent?.reason);
  const timer = setTimeout(
    () => controller.abort(new DeadlineExceeded()),
    Math.min(remainingMs(deadline), LONGEST_TIMER_MS),
  );
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/** The reason of a signal that a deadline aborted. */
export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
  constructor() {
    super('the deadline passed');
  }
}
