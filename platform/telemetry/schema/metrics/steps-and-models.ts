/** The pods and their models: work in hand, refusals, queue against compute. */
import { ATTRIBUTE as A } from '../attributes.ts';
import type { Metric } from '../definition.ts';
import { BATCH, DURATION, SIDECARS } from './shared.ts';

export const STEPS_AND_MODELS = {
  stepPresent: {
    name: 'deepxray.step.present',
    kind: 'gauge',
    unit: '1',
    doc: '1 while a pod of the step has spoken within the last 3 s, else 0',
    labels: [A.step],
    by: ['orchestrator'],
  },
  stepDuration: {
    name: 'deepxray.step.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'a piece of work in the hands of a pod, by how it ended',
    labels: [A.step, A.outcome],
    buckets: DURATION,
    by: SIDECARS,
  },
  stepInFlight: {
    name: 'deepxray.step.in_flight',
    kind: 'gauge',
    unit: '{work}',
    doc: 'pieces of work in the hands of a pod',
    labels: [A.step],
    by: SIDECARS,
  },
  refusals: {
    name: 'deepxray.step.refusals',
    kind: 'counter',
    unit: '{work}',
    doc: 'pieces of work that a pod did not take, and why',
    labels: [A.step, A.refusalReason],
    by: SIDECARS,
  },
  inferenceQueue: {
    name: 'deepxray.inference.queue',
    kind: 'histogram',
    unit: 's',
    doc: 'an inference waits for a worker and its batch',
    labels: [A.modelName, A.modelVersion],
    buckets: DURATION,
    by: ['model-server'],
  },
  inferenceCompute: {
    name: 'deepxray.inference.compute',
    kind: 'histogram',
    unit: 's',
    doc: 'the model takes for the batch of an inference',
    labels: [A.modelName, A.modelVersion],
    buckets: DURATION,
    by: ['model-server'],
  },
  inferenceBatchSize: {
    name: 'deepxray.inference.batch_size',
    kind: 'histogram',
    unit: '{sample}',
    doc: 'samples that go through a model together',
    labels: [A.modelName, A.modelVersion],
    buckets: BATCH,
    by: ['model-server'],
  },
  inferenceFailures: {
    name: 'deepxray.inference.failures',
    kind: 'counter',
    unit: '{inference}',
    doc: 'inferences that were not answered, by how they ended',
    labels: [A.modelName, A.modelVersion, A.outcome],
    by: ['model-server'],
  },
} as const satisfies Record<string, Metric>;
