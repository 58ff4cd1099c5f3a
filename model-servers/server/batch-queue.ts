/** The requests that wait for one model, and which of them go together next. Pure: the clock is handed in. */

export type Waiting = { samples: number; enqueuedNs: bigint };

export type BatchQueue<T extends Waiting> = {
  /** False if there is no room for its samples. An empty queue has room for any request. */
  add(request: T): boolean;
  /** A request that nobody waits for any longer. */
  remove(request: T): void;
  /** When the next batch may go, ns; undefined if nothing waits. */
  dueNs(): bigint | undefined;
  /** The oldest requests that fit into a batch together, whole and in order. */
  take(): T[];
  /** Samples that wait. */
  size(): number;
};

export function createBatchQueue<T extends Waiting>(limits: {
  maxBatch: number;
  /** Samples. */
  capacity: number;
  maxDelayNs: bigint;
}): BatchQueue<T> {
  const { maxBatch, capacity, maxDelayNs } = limits;
  const waiting: T[] = [];
  let size = 0;
  return {
    add(request) {
      if (size > 0 && size + request.samples > capacity) return false;
      waiting.push(request);
      size += request.samples;
      return true;
    },
    remove(request) {
      const index = waiting.indexOf(request);
      if (index < 0) return;
      waiting.splice(index, 1);
      size -= request.samples;
    },
    dueNs() {
      const oldest = waiting[0];
      if (!oldest) return undefined;
      return size >= maxBatch ? oldest.enqueuedNs : oldest.enqueuedNs + maxDelayNs;
    },
    take() {
      let samples = 0;
      let count = 0;
      for (const request of waiting) {
        if (samples + request.samples > maxBatch) break;
        samples += request.samples;
        count++;
      }
      size -= samples;
      return waiting.splice(0, count);
    },
    size: () => size,
  };
}
