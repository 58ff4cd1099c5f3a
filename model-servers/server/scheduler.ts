/**
 * Dynamic batching: a request goes to a free worker at once; what comes while none is free waits and
 * goes together. The oldest request of all models is next, so that no model starves another.
 */
import type { SpanContext } from '@opentelemetry/api';
import { type BatchQueue, createBatchQueue } from './batch-queue.ts';
import { joinInputs, splitOutputs } from './batch-tensors.ts';
import type { ServedModel } from './model.ts';
import { notReady, queueFull } from './triton-errors.ts';
import type { WorkerPool } from './worker-pool.ts';

export type Inference = {
  model: ServedModel;
  samples: number;
  /** Bytes in the model's order of inputs. */
  inputs: readonly Uint8Array[];
  span: SpanContext;
  /** Its reason is what the request fails with. */
  signal: AbortSignal;
};

/** ns. Every request of a batch has the batch's input, infer and output. */
export type Durations = { queue: bigint; input: bigint; infer: bigint; output: bigint };

export type Inferred = {
  /** Bytes in the model's order of outputs, this request's samples only. */
  outputs: Uint8Array[];
  /** Samples of all requests that went together. */
  batchSize: number;
  durations: Durations;
  /** Spans of the other requests of the batch. */
  together: SpanContext[];
};

export type Scheduler = {
  /** Throws queueFull, notReady, workerDied, runtimeFailed or the signal's reason. */
  infer(inference: Inference): Promise<Inferred>;
  /** Call when a worker may have become free. */
  dispatch(): void;
};

type Request = Inference & {
  enqueuedNs: bigint;
  resolve(inferred: Inferred): void;
  reject(error: unknown): void;
};

export function createScheduler(settings: {
  models: readonly ServedModel[];
  pool: () => Pick<WorkerPool, 'free' | 'alive' | 'run'> | undefined;
  /** Samples that may wait for each model. */
  queueCapacity: number;
  onBatch(model: ServedModel, batchSize: number, durations: Omit<Durations, 'queue'>): void;
}): Scheduler {
  const { models, pool, queueCapacity, onBatch } = settings;
  const queues = new Map<ServedModel, BatchQueue<Request>>(
    models.map((model) => [
      model,
      createBatchQueue({
        maxBatch: model.maxBatch,
        capacity: queueCapacity,
        maxDelayNs: BigInt(model.maxQueueDelayUs) * 1000n,
      }),
    ]),
  );
  let timer: NodeJS.Timeout | undefined;

  const earliest = () => {
    let next: { model: ServedModel; queue: BatchQueue<Request>; dueNs: bigint } | undefined;
    for (const [model, queue] of queues) {
      const dueNs = queue.dueNs();
      if (dueNs !== undefined && (!next || dueNs < next.dueNs)) next = { model, queue, dueNs };
    }
    return next;
  };

  const dispatch = () => {
    clearTimeout(timer);
    for (let workers = pool(); workers && workers.free() > 0; ) {
      const next = earliest();
      if (!next) return;
      const waitNs = next.dueNs - process.hrtime.bigint();
      if (waitNs > 0n) {
        timer = setTimeout(dispatch, Math.ceil(Number(waitNs) / 1e6));
        return;
      }
      void run(workers, next.model, next.queue.take());
    }
  };

  const run = async (workers: Pick<WorkerPool, 'run'>, model: ServedModel, batch: Request[]) => {
    const takenNs = process.hrtime.bigint();
    const batchSize = batch.reduce((sum, { samples }) => sum + samples, 0);
    try {
      const inputs = joinInputs(batch.map((request) => request.inputs));
      const { outputs, startedNs, endedNs } = await workers.run({
        model: model.key,
        samples: batchSize,
        inputs,
      });
      const parts = splitOutputs(
        model,
        outputs,
        batch.map(({ samples }) => samples),
      );
      const batchDurations = {
        input: startedNs - takenNs,
        infer: endedNs - startedNs,
        output: process.hrtime.bigint() - endedNs,
      };
      onBatch(model, batchSize, batchDurations);
      batch.forEach((request, i) => {
        request.resolve({
          outputs: parts[i]!,
          batchSize,
          durations: { queue: takenNs - request.enqueuedNs, ...batchDurations },
          together: batch.filter((other) => other !== request).map(({ span }) => span),
        });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    dispatch,
    infer: (inference) =>
      new Promise((resolve, reject) => {
        const { signal, model } = inference;
        signal.throwIfAborted();
        if (!pool()?.alive()) throw notReady(model.name);
        const queue = queues.get(model)!;
        const onAbort = () => {
          queue.remove(request);
          reject(signal.reason);
        };
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => {
            signal.removeEventListener('abort', onAbort);
            settle(value);
          };
        const request: Request = {
          ...inference,
          enqueuedNs: process.hrtime.bigint(),
          resolve: settled(resolve),
          reject: settled(reject),
        };
        if (!queue.add(request)) throw queueFull();
        signal.addEventListener('abort', onAbort, { once: true });
        dispatch();
      }),
  };
}
