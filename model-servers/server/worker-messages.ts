/** What passes between the server and its worker threads. */
import type { ServedModel } from './model.ts';

export type WorkerModel = Pick<ServedModel, 'key' | 'onnxPath' | 'inputs' | 'outputs' | 'maxBatch'>;

export type WorkerSetup = { models: readonly WorkerModel[]; threadsPerSession: number };

/** One run of one model. Buffers are given away, not copied. */
export type BatchJob = {
  id: number;
  model: string;
  samples: number;
  /** In the model's order of inputs. */
  inputs: ArrayBuffer[];
};

/** Of a clock that all threads share (`process.hrtime`), ns. */
export type BatchResult = { outputs: ArrayBuffer[]; startedNs: bigint; endedNs: bigint };

export type FromWorker =
  | { kind: 'loaded'; warnings: string[] }
  | { kind: 'not-loaded'; problem: string }
  | ({ kind: 'done'; id: number } & BatchResult)
  | { kind: 'failed'; id: number; problem: string };
