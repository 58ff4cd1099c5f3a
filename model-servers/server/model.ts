/** A model as this server holds it. */
import type { ModelConfig } from '#proto/inference/grpc_service.ts';
import { DATATYPES, type Datatype } from './datatypes.ts';

/** `dims` are of one sample: without the batch dimension, all fixed. */
export type TensorSpec = { name: string; datatype: Datatype; dims: readonly number[] };

export type ServedModel = {
  /** `name/version`, as logs and errors name it. */
  key: string;
  name: string;
  version: string;
  onnxPath: string;
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** Samples. */
  maxBatch: number;
  /** How long a request may wait for others while a worker is free. */
  maxQueueDelayUs: number;
  config: ModelConfig;
};

/** Bytes of one sample of a tensor. */
export const bytesPerSample = ({ datatype, dims }: TensorSpec): number =>
  dims.reduce((product, dim) => product * dim, DATATYPES[datatype].bytes);
