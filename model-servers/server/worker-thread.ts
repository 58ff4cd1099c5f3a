/** A worker thread seen from the server: one job at a time as a promise, and news of its death. */
import { Worker } from 'node:worker_threads';
import { runtimeFailed, workerDied } from './triton-errors.ts';
import type { BatchJob, BatchResult, FromWorker, WorkerSetup } from './worker-messages.ts';

export type WorkerThread = {
  /** Throws runtimeFailed, or workerDied. */
  run(job: Omit<BatchJob, 'id'>): Promise<BatchResult>;
  /** Settles with why, once, when the thread has ended; also after `close`. */
  ended: Promise<unknown>;
  close(): Promise<void>;
};

export class NotLoaded extends Error {
  override name = 'NotLoaded';
}

type Pending = { resolve(result: BatchResult): void; reject(error: unknown): void };

/** Resolves when every model is loaded and warmed. Throws NotLoaded for a model that cannot be served. */
export async function startWorkerThread(
  file: URL,
  setup: WorkerSetup,
): Promise<{ thread: WorkerThread; warnings: string[] }> {
  const worker = new Worker(file, {
    workerData: setup,
    name: 'sessions',
    // Messages are short-lived: without a bound V8 lets them grow the heap by tens of megabytes before it looks.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const pending = new Map<number, Pending>();
  let lastId = 0;

  const ended = new Promise<unknown>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', (code) => resolve(new Error(`the worker thread ended with exit code ${code}`)));
  });
  void ended.then((why) => {
    for (const { reject } of pending.values()) reject(workerDied(why));
    pending.clear();
  });

  const loaded = new Promise<string[]>((resolve, reject) => {
    void ended.then(reject);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'loaded') return resolve(message.warnings);
      if (message.kind === 'not-loaded') return reject(new NotLoaded(message.problem));
      const job = pending.get(message.id);
      pending.delete(message.id);
      if (message.kind === 'done') job?.resolve(message);
      else job?.reject(runtimeFailed(message.problem));
    });
  });

  const thread: WorkerThread = {
    run: (job) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, { resolve, reject });
        worker.postMessage({ ...job, id } satisfies BatchJob, job.inputs);
      }),
    ended,
    async close() {
      await worker.terminate();
    },
  };
  try {
    return { thread, warnings: await loaded };
  } catch (error) {
    await thread.close();
    throw error;
  }
}
