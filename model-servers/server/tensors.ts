/** A request's tensors checked and taken as bytes; results as the response's tensors. Pure. */
import type {
  ModelInferRequest,
  ModelInferRequest_InferInputTensor,
  ModelInferResponse,
} from '#proto/inference/grpc_service.ts';
import { countValues, decodeValues, encodeValues } from './datatypes.ts';
import { bytesPerSample, type ServedModel, type TensorSpec } from './model.ts';
import { invalidArgument } from './triton-errors.ts';

export type RequestTensors = {
  samples: number;
  /** In the model's order of inputs; row-major, little-endian, all samples. */
  inputs: Uint8Array[];
};

/** Throws INVALID_ARGUMENT, saying what is wrong, before anything is copied. */
export function readInputs(request: ModelInferRequest, model: ServedModel): RequestTensors {
  requireInputs(request, model);
  const raw = request.rawInputContents.length > 0;
  if (raw && request.rawInputContents.length !== request.inputs.length) {
    throw invalidArgument(
      `expected one entry of raw_input_contents an input, ${request.inputs.length}, but got ` +
        `${request.rawInputContents.length} for model '${model.name}'`,
    );
  }
  let samples: number | undefined;
  const inputs = model.inputs.map((spec) => {
    const index = request.inputs.findIndex(({ name }) => name === spec.name);
    const tensor = request.inputs[index]!;
    const count = samplesOf(tensor, spec, model);
    samples ??= count;
    if (count !== samples) {
      throw invalidArgument(
        `input '${spec.name}' batch size does not match other inputs for '${model.name}'`,
      );
    }
    return raw
      ? rawBytes(tensor, request.rawInputContents[index]!, spec, model, count)
      : typedBytes(tensor, spec, model, count);
  });
  return { samples: samples!, inputs };
}

function requireInputs({ inputs }: ModelInferRequest, model: ServedModel): void {
  const got = inputs.map(({ name }) => name);
  const unexpected = got.find((name) => !model.inputs.some((spec) => spec.name === name));
  if (unexpected !== undefined) {
    throw invalidArgument(`unexpected inference input '${unexpected}' for model '${model.name}'`);
  }
  const twice = got.find((name, index) => got.indexOf(name) !== index);
  if (twice !== undefined) throw invalidArgument(`input '${twice}' already exists in request`);
  const missing = model.inputs.map(({ name }) => name).filter((name) => !got.includes(name));
  if (missing.length > 0) {
    throw invalidArgument(
      `expected ${model.inputs.length} inputs but got ${got.length} inputs for model '${model.name}'. ` +
        `Got input(s) ${quoted(got)}, but missing required input(s) ${quoted(missing)}. ` +
        'Please provide all required input(s).',
    );
  }
}

function samplesOf(tensor: ModelInferRequest_InferInputTensor, spec: TensorSpec, model: ServedModel): number {
  const { name, datatype, shape } = tensor;
  if (datatype !== spec.datatype) {
    throw invalidArgument(
      `inference input '${name}' data-type is '${datatype}', but model '${model.name}' expects '${spec.datatype}'`,
    );
  }
  const [batch, ...dims] = shape;
  const fits = dims.length === spec.dims.length && dims.every((dim, i) => dim === BigInt(spec.dims[i]!));
  if (batch === undefined || batch < 1n || !fits) {
    throw invalidArgument(
      `unexpected shape for input '${name}' for model '${model.name}'. ` +
        `Expected [-1,${spec.dims.join(',')}], got [${shape.join(',')}]`,
    );
  }
  if (batch > BigInt(model.maxBatch)) {
    throw invalidArgument(`inference request batch-size must be <= ${model.maxBatch} for '${model.name}'`);
  }
  return Number(batch);
}

function rawBytes(
  { contents }: ModelInferRequest_InferInputTensor,
  bytes: Uint8Array,
  spec: TensorSpec,
  model: ServedModel,
  samples: number,
): Uint8Array {
  if (contents !== undefined) {
    throw invalidArgument(
      'contents field must not be specified when using raw_input_contents ' +
        `for '${spec.name}' for model '${model.name}'`,
    );
  }
  const expected = samples * bytesPerSample(spec);
  if (bytes.byteLength !== expected) {
    throw invalidArgument(
      `input byte size mismatch for input '${spec.name}' for model '${model.name}'. ` +
        `Expected ${expected}, got ${bytes.byteLength}`,
    );
  }
  return bytes;
}

function typedBytes(
  { contents }: ModelInferRequest_InferInputTensor,
  spec: TensorSpec,
  model: ServedModel,
  samples: number,
): Uint8Array {
  const expected = samples * spec.dims.reduce((product, dim) => product * dim, 1);
  const count = contents === undefined ? 0 : countValues(contents);
  if (contents === undefined || count !== expected) {
    throw invalidArgument(
      `unexpected number of values for input '${spec.name}' for model '${model.name}'. ` +
        `Expected ${expected}, got ${count}`,
    );
  }
  const bytes = encodeValues(spec.datatype, contents);
  if (bytes?.byteLength !== samples * bytesPerSample(spec)) {
    throw invalidArgument(
      `the contents of input '${spec.name}' for model '${model.name}' are not of its datatype, ${spec.datatype}`,
    );
  }
  return bytes;
}

/** Indices into the model's outputs: those asked for, in the order asked, or all. */
export function requestedOutputs({ outputs }: ModelInferRequest, model: ServedModel): number[] {
  if (outputs.length === 0) return model.outputs.map((_, index) => index);
  return outputs.map(({ name }) => {
    const index = model.outputs.findIndex((spec) => spec.name === name);
    if (index < 0) throw invalidArgument(`unexpected inference output '${name}' for model '${model.name}'`);
    return index;
  });
}

/**
 * Raw in, raw out; typed in, typed out. The parameter `binary_data_output`, which the protocol's HTTP
 * form has for the same wish, says otherwise.
 */
export function wantsRaw({ parameters, rawInputContents }: ModelInferRequest): boolean {
  const choice = parameters.binary_data_output?.parameterChoice;
  return choice?.$case === 'boolParam' ? choice.value : rawInputContents.length > 0;
}

/** `outputs` are bytes by the model's order of outputs. */
export function writeOutputs(
  model: ServedModel,
  wanted: readonly number[],
  samples: number,
  outputs: readonly Uint8Array[],
  raw: boolean,
): Pick<ModelInferResponse, 'outputs' | 'rawOutputContents'> {
  return {
    outputs: wanted.map((index) => {
      const { name, datatype, dims } = model.outputs[index]!;
      return {
        name,
        datatype,
        shape: [samples, ...dims].map(BigInt),
        parameters: {},
        contents: raw ? undefined : decodeValues(datatype, outputs[index]!),
      };
    }),
    rawOutputContents: raw ? wanted.map((index) => asBuffer(outputs[index]!)) : [],
  };
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const quoted = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(',')}]`;
