/** What the dashboards show of a model: how long requests wait and compute, and how many go together. */
import { createCounter, createHistogram } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { outcomeOf } from '#platform/telemetry/schema/outcomes.ts';
import type { ServedModel } from './model.ts';
import type { Durations } from './scheduler.ts';

export type InferenceMetrics = {
  request(model: ServedModel, durations: Pick<Durations, 'queue' | 'infer'>): void;
  batch(model: ServedModel, batchSize: number): void;
  failure(model: ServedModel, thrown: unknown): void;
};

export function createInferenceMetrics(models: readonly ServedModel[]): InferenceMetrics {
  const queue = createHistogram('inferenceQueue');
  const compute = createHistogram('inferenceCompute');
  const batchSizes = createHistogram('inferenceBatchSize');
  const attributesOf = (model: ServedModel) => ({
    [ATTRIBUTE.modelName]: model.name,
    [ATTRIBUTE.modelVersion]: model.version,
  });
  const failures = createCounter(
    'inferenceFailures',
    models.map((model) => ({ ...attributesOf(model), [ATTRIBUTE.outcome]: 'fault' })),
  );
  return {
    request(model, durations) {
      queue.record(Number(durations.queue) / 1e9, attributesOf(model));
      compute.record(Number(durations.infer) / 1e9, attributesOf(model));
    },
    batch: (model, batchSize) => batchSizes.record(batchSize, attributesOf(model)),
    failure: (model, thrown) =>
      failures.add(1, { ...attributesOf(model), [ATTRIBUTE.outcome]: outcomeOf(thrown) }),
  };
}
