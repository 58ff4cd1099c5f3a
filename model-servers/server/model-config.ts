/** Reads a model's `config.json` (Triton's ModelConfig in protobuf's JSON form) and says what is wrong with it. */
import { ModelConfig, type ModelInput, type ModelOutput } from '#proto/inference/grpc_service.ts';
import { datatypeOfConfig } from './datatypes.ts';
import type { ServedModel, TensorSpec } from './model.ts';

export const PLATFORM = 'onnxruntime_onnx';

export class InvalidModel extends Error {
  override name = 'InvalidModel';
  constructor(model: string, problem: string) {
    super(`model ${model}: ${problem}`);
  }
}

/** Throws InvalidModel. `version` and `onnxPath` come from the folder; the rest from the config. */
export function parseModelConfig(
  text: string,
  { name, version, onnxPath }: Pick<ServedModel, 'name' | 'version' | 'onnxPath'>,
): ServedModel {
  const key = `${name}/${version}`;
  const refuse = (problem: string): never => {
    throw new InvalidModel(key, `config.json: ${problem}`);
  };
  const config = decode(text, refuse);
  if (config.name !== name) refuse(`its name is “${config.name}”, its folder's “${name}”`);
  if (config.platform !== PLATFORM) refuse(`platform is “${config.platform}”; this server runs ${PLATFORM}`);
  if (config.maxBatchSize < 1) refuse('maxBatchSize must be at least 1: every model here is batch first');
  if (config.input.length === 0) refuse('it names no input');
  if (config.output.length === 0) refuse('it names no output');
  const names = [...config.input, ...config.output].map((tensor) => tensor.name);
  if (new Set(names).size < names.length) refuse('two tensors have one name');
  const toSpec = (tensor: ModelInput | ModelOutput): TensorSpec => ({
    name: tensor.name,
    datatype: datatypeOfConfig(tensor.dataType) ?? refuse(`the type of “${tensor.name}” is not served`),
    dims: tensor.dims.map((dim) =>
      dim > 0n ? Number(dim) : refuse(`a dimension of “${tensor.name}” is ${dim}`),
    ),
  });
  return {
    key,
    name,
    version,
    onnxPath,
    inputs: config.input.map(toSpec),
    outputs: config.output.map(toSpec),
    maxBatch: config.maxBatchSize,
    maxQueueDelayUs: Number(config.dynamicBatching?.maxQueueDelayMicroseconds ?? 0n),
    config,
  };
}

function decode(text: string, refuse: (problem: string) => never): ModelConfig {
  try {
    return ModelConfig.fromJSON(JSON.parse(text));
  } catch (error) {
    return refuse((error as Error).message);
  }
}
