/** The worker threads: which are free, and a new one for each that dies. */
import type { Logger } from '#platform/process/log.ts';
import type { BatchJob, BatchResult, WorkerSetup } from './worker-messages.ts';
import { startWorkerThread, type WorkerThread } from './worker-thread.ts';

export type WorkerPool = {
  /** Threads that wait for work. */
  free(): number;
  /** Threads that are loaded, free or not. */
  alive(): number;
  /** Only while one is free. Throws runtimeFailed, or workerDied. */
  run(job: Omit<BatchJob, 'id'>): Promise<BatchResult>;
  close(): Promise<void>;
};

const SESSION_WORKER = new URL('./session-worker.ts', import.meta.url);
const FIRST_RESTART_AFTER_MS = 50;
const LAST_RESTART_AFTER_MS = 5000;

/** Resolves when all threads are loaded. Throws NotLoaded for a model that cannot be served. */
export async function startWorkerPool(settings: {
  size: number;
  setup: WorkerSetup;
  log: Logger;
  /** After every change of `free` or `alive`. */
  onChange: () => void;
  /** For tests that need one that dies. */
  workerFile?: URL;
}): Promise<WorkerPool> {
  const { size, setup, log, onChange, workerFile = SESSION_WORKER } = settings;
  const free: WorkerThread[] = [];
  const alive = new Set<WorkerThread>();
  let closing = false;

  const admit = ({ thread, warnings }: { thread: WorkerThread; warnings: string[] }) => {
    for (const warning of warnings) log.warn(warning);
    alive.add(thread);
    free.push(thread);
    void thread.ended.then((why) => {
      alive.delete(thread);
      if (free.includes(thread)) free.splice(free.indexOf(thread), 1);
      if (closing) return;
      log.error({ err: why }, 'a worker thread died; starting another');
      onChange();
      void replace(FIRST_RESTART_AFTER_MS);
    });
    onChange();
  };

  const replace = async (afterMs: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (closing) return;
    try {
      const started = await startWorkerThread(workerFile, setup);
      if (closing) await started.thread.close();
      else admit(started);
    } catch (error) {
      log.error({ err: error }, 'a worker thread could not start; trying again');
      void replace(Math.min(2 * afterMs, LAST_RESTART_AFTER_MS));
    }
  };

  // One after the other: together they would fight for the cores, and the first is ready no sooner.
  for (let i = 0; i < size; i++) admit(await startWorkerThread(workerFile, setup));

  return {
    free: () => free.length,
    alive: () => alive.size,
    async run(job) {
      // The last one freed has the warmest caches.
      const thread = free.pop()!;
      try {
        return await thread.run(job);
      } finally {
        if (alive.has(thread)) free.push(thread);
        onChange();
      }
    },
    async close() {
      closing = true;
      await Promise.all([...alive].map((thread) => thread.close()));
    },
  };
}
