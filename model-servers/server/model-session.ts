/** One onnxruntime session of a model: loaded, held against its config, and warmed. For worker threads only. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DATATYPES } from './datatypes.ts';
import { bytesPerSample, type TensorSpec } from './model.ts';
import type { WorkerModel } from './worker-messages.ts';

export type ModelSession = {
  /** Bytes in the model's order of inputs and outputs. Blocks this thread while it computes. */
  run(samples: number, inputs: readonly ArrayBuffer[]): Promise<ArrayBuffer[]>;
};

/** Throws what is wrong with the model, in words for the person who put it there. */
export async function openModelSession(
  model: WorkerModel,
  threads: number,
): Promise<{ session: ModelSession; warnings: string[] }> {
  const onnx = await InferenceSession.create(model.onnxPath, {
    executionProviders: ['cpu'],
    // Unset, onnxruntime takes a thread for each core of the host, whatever this pod was given.
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // What fails is thrown, and logged with the ids of its request: not beside that in onnxruntime's own format.
    logSeverityLevel: 4,
    // Pools that spin while idle take the cores from each other's sessions.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  requireTensors('input', model.inputs, onnx.inputMetadata);
  requireTensors('output', model.outputs, onnx.outputMetadata);
  if (onnx.inputNames.length > model.inputs.length) {
    throw new Error(`model.onnx takes ${onnx.inputNames.join(', ')}, more than config.json names`);
  }
  const session = createRunner(onnx, model);
  return { session, warnings: await warmUp(session, model) };
}

function createRunner(onnx: InferenceSession, { inputs, outputs }: WorkerModel): ModelSession {
  const wanted = outputs.map(({ name }) => name);
  return {
    async run(samples, buffers) {
      const feeds = Object.fromEntries(
        inputs.map((spec, i) => [spec.name, toTensor(spec, samples, buffers[i]!)] as const),
      );
      const results = await onnx.run(feeds, wanted);
      return outputs.map((spec) => toBytes(spec, samples, results[spec.name]!));
    },
  };
}

function toTensor({ datatype, dims }: TensorSpec, samples: number, bytes: ArrayBuffer): Tensor {
  const { onnx, array } = DATATYPES[datatype];
  return new Tensor(onnx, new array(bytes) as never, [samples, ...dims]);
}

/** Each output of onnxruntime lies in a buffer of its own, so that it can be given away whole. */
function toBytes({ name, dims }: TensorSpec, samples: number, result: Tensor): ArrayBuffer {
  const expected = [samples, ...dims];
  if (result.dims.join() !== expected.join()) {
    throw new Error(`output “${name}” came as [${result.dims}], config.json says [${expected}]`);
  }
  const { buffer, byteOffset, byteLength } = result.data as Float32Array<ArrayBuffer>;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

function requireTensors(
  kind: 'input' | 'output',
  specs: readonly TensorSpec[],
  metadata: readonly InferenceSession.ValueMetadata[],
): void {
  for (const { name, datatype, dims } of specs) {
    const found = metadata.find((each) => each.name === name);
    if (!found?.isTensor) {
      throw new Error(
        `model.onnx has no ${kind} “${name}”; it has ${metadata.map((each) => each.name).join(', ')}`,
      );
    }
    if (found.type !== DATATYPES[datatype].onnx) {
      throw new Error(`${kind} “${name}” is ${found.type} in model.onnx, ${datatype} in config.json`);
    }
    // Symbolic dimensions are names; an empty shape is one that the file does not tell.
    const [batch, ...rest] = found.shape;
    if (batch === undefined) continue;
    if (typeof batch === 'number') {
      throw new Error(`${kind} “${name}” has a fixed batch of ${batch} in model.onnx; it must be variable`);
    }
    const fits =
      rest.length === dims.length && rest.every((dim, i) => typeof dim === 'string' || dim === dims[i]);
    if (!fits) {
      throw new Error(`${kind} “${name}” is [-1,${rest}] in model.onnx, [-1,${dims}] in config.json`);
    }
  }
}

/**
 * The first runs allocate and are slow: nobody should wait for them. The same sample goes alone and
 * among others, which shows a model whose answer depends on its company.
 */
async function warmUp(session: ModelSession, model: WorkerModel): Promise<string[]> {
  const alone = await session.run(
    1,
    model.inputs.map((spec) => patterned(spec, 1)),
  );
  if (model.maxBatch === 1) return [];
  const together = await session.run(
    model.maxBatch,
    model.inputs.map((spec) => patterned(spec, model.maxBatch)),
  );
  return model.outputs
    .filter(
      (_, i) => Buffer.from(alone[i]!).compare(Buffer.from(together[i]!), 0, alone[i]!.byteLength) !== 0,
    )
    .map(({ name }) => `${model.key}: output “${name}” of a sample depends on the size of its batch`);
}

/** Bytes that change from place to place and sample to sample; small as integers, finite as floats. */
function patterned(spec: TensorSpec, samples: number): ArrayBuffer {
  const { array } = DATATYPES[spec.datatype];
  const values = new array(new ArrayBuffer(samples * bytesPerSample(spec)));
  const big = values instanceof BigInt64Array || values instanceof BigUint64Array;
  const range = spec.datatype === 'BOOL' ? 2 : spec.datatype === 'INT8' ? 127 : 251;
  for (let i = 0; i < values.length; i++) {
    const value = (i * 31 + (i >> 7)) % range;
    values[i] = (big ? BigInt(value) : value) as never;
  }
  return values.buffer as ArrayBuffer;
}
