/** Signals as a person means them. */

/** A terminal signals the whole group, and npm hands the signal on: the same wish twice, not "force". */
const SAME_WISH_WITHIN_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `stop` at the first signal; `force` at one that comes more than a second later. A program that
 * started the launcher with a channel (IPC) and went away wishes it to stop, too.
 */
export function onWishToStop({ stop, force }: { stop(): void; force(): void }): void {
  let first: number | undefined;
  process.on('disconnect', stop);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        stop();
      } else if (now - first > SAME_WISH_WITHIN_MS) {
        force();
      }
    });
  }
}
