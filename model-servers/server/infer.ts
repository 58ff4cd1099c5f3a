/** ModelInfer: a request checked, sent to the scheduler, measured, and answered. */
import { status } from '@grpc/grpc-js';
import type { Logger } from '#platform/process/log.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { inSpan } from '#platform/telemetry/tracing.ts';
import type { ModelInferRequest, ModelInferResponse } from '#proto/inference/grpc_service.ts';
import { callSignal, type EndableCall } from './call-signal.ts';
import type { Catalogue } from './catalogue.ts';
import type { InferenceMetrics } from './inference-metrics.ts';
import type { ServedModel } from './model.ts';
import type { Inferred, Scheduler } from './scheduler.ts';
import type { Statistics } from './statistics.ts';
import { readInputs, requestedOutputs, wantsRaw, writeOutputs } from './tensors.ts';
import { InferenceError, invalidArgument } from './triton-errors.ts';

export type Infer = (request: ModelInferRequest, call: EndableCall) => Promise<ModelInferResponse>;

export function createInfer(parts: {
  catalogue: Catalogue;
  scheduler: Pick<Scheduler, 'infer'>;
  statistics: Statistics;
  metrics: InferenceMetrics;
  log: Logger;
}): Infer {
  const { catalogue, scheduler, statistics, metrics, log } = parts;

  const schedule = (
    request: ModelInferRequest,
    model: ServedModel,
    call: EndableCall,
  ): Promise<Inferred & { samples: number }> => {
    const attributes = { [ATTRIBUTE.modelName]: model.name, [ATTRIBUTE.modelVersion]: model.version };
    return inSpan(`infer ${model.name}`, { attributes }, async (span) => {
      const { samples, inputs } = readInputs(request, model);
      const { signal, release } = callSignal(call, timeoutUsOf(request));
      try {
        const inferred = await scheduler.infer({ model, samples, inputs, signal, span: span.spanContext() });
        const { batchSize, durations, together } = inferred;
        span.addLinks(together.map((context) => ({ context })));
        span.setAttributes({
          [ATTRIBUTE.batchSize]: batchSize,
          [ATTRIBUTE.inferenceQueueMs]: Number(durations.queue) / 1e6,
          [ATTRIBUTE.inferenceComputeMs]: Number(durations.infer) / 1e6,
        });
        return { ...inferred, samples };
      } finally {
        release();
      }
    });
  };

  return async (request, call) => {
    const cameNs = process.hrtime.bigint();
    const model = catalogue.find(request.modelName, request.modelVersion);
    try {
      const wanted = requestedOutputs(request, model);
      const { samples, outputs, durations } = await schedule(request, model, call);
      const response: ModelInferResponse = {
        modelName: model.name,
        modelVersion: model.version,
        id: request.id,
        parameters: {},
        ...writeOutputs(model, wanted, samples, outputs, wantsRaw(request)),
      };
      statistics.success(model, process.hrtime.bigint() - cameNs, durations);
      metrics.request(model, durations);
      return response;
    } catch (thrown) {
      statistics.failure(model, process.hrtime.bigint() - cameNs);
      metrics.failure(model, thrown);
      if (isFault(thrown)) log.error({ err: thrown, model: model.key }, 'the inference failed');
      throw thrown;
    }
  };
}

/** What the client did not bring about, and waiting does not mend. */
const isFault = (thrown: unknown): boolean =>
  !(thrown instanceof InferenceError) || thrown.cause !== undefined || thrown.code === status.INTERNAL;

/** Triton's request parameter, µs; 0 or none: no timeout. */
function timeoutUsOf({ parameters }: ModelInferRequest): number {
  const choice = parameters.timeout?.parameterChoice;
  if (choice === undefined) return 0;
  if (choice.$case !== 'int64Param' && choice.$case !== 'uint64Param') {
    throw invalidArgument("parameter 'timeout' must be a whole number of microseconds");
  }
  if (choice.value < 0n) throw invalidArgument("parameter 'timeout' must not be negative");
  return Number(choice.value);
}
