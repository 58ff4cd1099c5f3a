/** What the dashboards show of a model: how long requests wait and compute, and how many go together. */
import { metrics } from '@opentelemetry/api';
import { ATTRIBUTE, METRIC } from '#platform/telemetry/names.ts';
import type { ServedModel } from './model.ts';
import type { Durations } from './scheduler.ts';

export type InferenceMetrics = {
  request(model: ServedModel, durations: Pick<Durations, 'queue' | 'infer'>): void;
  batch(model: ServedModel, batchSize: number): void;
  failure(model: ServedModel): void;
};

/** Seconds, from a tiny model's run to one that is far too slow. */
const DURATION_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32];

export function createInferenceMetrics(): InferenceMetrics {
  const meter = metrics.getMeter('deepxray');
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: DURATION_BUCKETS_S } };
  const queue = meter.createHistogram(METRIC.inferenceQueue, seconds);
  const compute = meter.createHistogram(METRIC.inferenceCompute, seconds);
  const batchSizes = meter.createHistogram(METRIC.inferenceBatchSize, {
    advice: { explicitBucketBoundaries: BATCH_BUCKETS },
  });
  const failures = meter.createCounter(METRIC.inferenceFailures);
  const attributesOf = (model: ServedModel) => ({
    [ATTRIBUTE.modelName]: model.name,
    [ATTRIBUTE.modelVersion]: model.version,
  });
  return {
    request(model, durations) {
      queue.record(Number(durations.queue) / 1e9, attributesOf(model));
      compute.record(Number(durations.infer) / 1e9, attributesOf(model));
    },
    batch: (model, batchSize) => batchSizes.record(batchSize, attributesOf(model)),
    failure: (model) => failures.add(1, attributesOf(model)),
  };
}
