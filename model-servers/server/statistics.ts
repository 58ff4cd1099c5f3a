/** What ModelStatistics answers: counts and cumulative durations, as Triton counts them. */
import type { ModelStatistics, StatisticDuration } from '#proto/inference/grpc_service.ts';
import type { ServedModel } from './model.ts';
import type { Durations } from './scheduler.ts';

export type Statistics = {
  /** One run of a model, whatever became of its requests. */
  batch(model: ServedModel, batchSize: number, durations: Omit<Durations, 'queue'>): void;
  /** One request answered, `totalNs` after it came. */
  success(model: ServedModel, totalNs: bigint, durations: Durations): void;
  /** One request refused, failed or given up. */
  failure(model: ServedModel, totalNs: bigint): void;
  of(model: ServedModel): ModelStatistics;
};

export function createStatistics(models: readonly ServedModel[]): Statistics {
  const all = new Map(models.map((model) => [model, emptyStatistics(model)]));
  return {
    batch(model, batchSize, { input, infer, output }) {
      const statistics = all.get(model)!;
      statistics.lastInference = BigInt(Date.now());
      statistics.inferenceCount += BigInt(batchSize);
      statistics.executionCount += 1n;
      let batch = statistics.batchStats.find((each) => each.batchSize === BigInt(batchSize));
      if (!batch) {
        batch = {
          batchSize: BigInt(batchSize),
          computeInput: none(),
          computeInfer: none(),
          computeOutput: none(),
        };
        statistics.batchStats.push(batch);
        statistics.batchStats.sort((a, b) => Number(a.batchSize - b.batchSize));
      }
      add(batch.computeInput, input);
      add(batch.computeInfer, infer);
      add(batch.computeOutput, output);
    },
    success(model, totalNs, { queue, input, infer, output }) {
      const { inferenceStats } = all.get(model)!;
      add(inferenceStats!.success, totalNs);
      add(inferenceStats!.queue, queue);
      add(inferenceStats!.computeInput, input);
      add(inferenceStats!.computeInfer, infer);
      add(inferenceStats!.computeOutput, output);
    },
    failure: (model, totalNs) => add(all.get(model)!.inferenceStats!.fail, totalNs),
    of: (model) => all.get(model)!,
  };
}

const none = (): StatisticDuration => ({ count: 0n, ns: 0n });

function add(to: StatisticDuration | undefined, ns: bigint): void {
  to!.count += 1n;
  to!.ns += ns;
}

const emptyStatistics = ({ name, version }: ServedModel): ModelStatistics => ({
  name,
  version,
  lastInference: 0n,
  inferenceCount: 0n,
  executionCount: 0n,
  inferenceStats: {
    success: none(),
    fail: none(),
    queue: none(),
    computeInput: none(),
    computeInfer: none(),
    computeOutput: none(),
  },
  batchStats: [],
});
