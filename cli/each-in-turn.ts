/** Works through items, a few at once. */

/** What one of them throws ends all: the others hear it by the signal they are given. */
export async function eachInTurn<T>(
  items: Iterable<T>,
  { concurrency, signal }: { concurrency: number; signal: AbortSignal },
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const either = AbortSignal.any([signal, stopping.signal]);
  const queue = items[Symbol.iterator]() as IterableIterator<T>;
  const takeTurns = async () => {
    for (const item of queue) {
      either.throwIfAborted();
      await work(item, either);
    }
  };
  const workers = Array.from({ length: concurrency }, takeTurns);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    stopping.abort(thrown);
    await Promise.allSettled(workers);
    throw thrown;
  }
}
