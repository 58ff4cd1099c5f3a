/**
 * Which requests are wanted no longer. A cancelled id is remembered until its deadline, since a crop
 * may come after the cancel of its request.
 */
import type { DeadlineMs } from '#platform/deadline.ts';

const SWEEP_ABOVE = 1000;

export type Cancellations = {
  cancel(correlationId: string, deadline: DeadlineMs): void;
  isCancelled(correlationId: string): boolean;
  /** A signal for work on this request; call `done` when the work has ended. */
  follow(correlationId: string): { signal: AbortSignal; done(): void };
};

export function createCancellations(now: () => number = Date.now): Cancellations {
  const cancelledUntil = new Map<string, DeadlineMs>();
  const following = new Map<string, Set<AbortController>>();

  const sweep = () => {
    for (const [id, until] of cancelledUntil) if (until <= now()) cancelledUntil.delete(id);
  };

  return {
    cancel(correlationId, deadline) {
      if (cancelledUntil.size >= SWEEP_ABOVE) sweep();
      cancelledUntil.set(correlationId, deadline);
      for (const controller of following.get(correlationId) ?? []) controller.abort();
    },

    isCancelled: (correlationId) => cancelledUntil.has(correlationId),

    follow(correlationId) {
      const controller = new AbortController();
      if (cancelledUntil.has(correlationId)) controller.abort();
      const together = following.get(correlationId) ?? new Set();
      following.set(correlationId, together.add(controller));
      return {
        signal: controller.signal,
        done() {
          together.delete(controller);
          if (together.size === 0) following.delete(correlationId);
        },
      };
    },
  };
}
