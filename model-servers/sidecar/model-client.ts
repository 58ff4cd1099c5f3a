/** The sidecar's side of the Open Inference Protocol: it works as well against Triton or KServe. */
import { Metadata, status } from '@grpc/grpc-js';
import type { SpanContext } from '@opentelemetry/api';
import type { DeadlineMs } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { CHANNEL_OPTIONS, callUnary } from '#platform/grpc/client.ts';
import { channelCredentialsOf } from '#platform/grpc/credentials.ts';
import type { Identity } from '#platform/tls/identity.ts';
import {
  GRPCInferenceServiceClient,
  type ModelConfig,
  type ModelInferResponse,
} from '#proto/inference/grpc_service.ts';

const SERVICE = 'inference.GRPCInferenceService';
const READY_WITHIN_MS = 400;
/**
 * Looks in a row that a model server which was ready may leave without an answer, while it answers
 * nothing else either. Cores that are busy with the radiographs in hand are slow to say so; one that is
 * frozen is away after about three seconds.
 */
const SILENT_LOOKS_BORNE = 5;

/** A batch of 8-bit grey images, batch × 1 × height × width. */
export type GreyBatch = { batch: number; height: number; width: number; pixels: Uint8Array };

export type Outputs = {
  version: string;
  /** Row-major values of an output. Throws if the model gave none of that name. */
  values(output: string): Float32Array;
};

/** Of one version of a model. */
export type ModelDescription = {
  version: string;
  /** Pixels. */
  height: number;
  width: number;
  maxBatch: number;
  parameters: Record<string, string>;
};

export type When = {
  deadline: DeadlineMs;
  signal?: AbortSignal | undefined;
  /** Spans, beside the active one, that the call serves. */
  together?: readonly SpanContext[];
};

export type ModelClient = {
  isReady(): Promise<boolean>;
  /** A call found nobody there; until a look finds it ready, or another call is answered. */
  isAway(): boolean;
  /** Every version that is served, from the oldest to the latest. */
  describe(model: string, when: When): Promise<ModelDescription[]>;
  /** Throws DeepXRayError. An empty version is the server's choice. */
  infer(model: string, version: string, input: string, images: GreyBatch, when: When): Promise<Outputs>;
  close(): void;
};

export function createModelClient(
  address: string,
  {
    identity,
    onAway = () => undefined,
  }: {
    identity?: Identity | undefined;
    /** Called within the call that found nobody there, where the one before did not. */
    onAway?: (why: unknown) => void;
  } = {},
): ModelClient {
  // A socket of the pod is no wire: who may open it is a matter of its folder.
  const credentials = channelCredentialsOf(address.startsWith('unix:') ? undefined : identity);
  const client = new GRPCInferenceServiceClient(address, credentials, CHANNEL_OPTIONS);
  let wasReady = false;
  let silentLooks = 0;
  let away = false;
  return {
    isAway: () => away,

    async isReady() {
      const deadline = Date.now() + READY_WITHIN_MS;
      return new Promise((resolve) =>
        client.serverReady({}, new Metadata(), { deadline }, (error, response) => {
          const isSilent = error?.code === status.DEADLINE_EXCEEDED;
          silentLooks = isSilent ? silentLooks + 1 : 0;
          wasReady = isSilent ? wasReady && silentLooks <= SILENT_LOOKS_BORNE : !error && response.ready;
          if (wasReady && !isSilent) away = false;
          resolve(wasReady);
        }),
      );
    },

    async describe(model, when) {
      const askVersions = client.modelMetadata.bind(client);
      const asked = { name: model, version: '' };
      const { versions } = await callUnary(`${SERVICE}/ModelMetadata`, askVersions, asked, when);
      const askConfig = client.modelConfig.bind(client);
      return Promise.all(
        versions
          .toSorted((one, other) => Number(one) - Number(other))
          .map(async (version) => {
            const { config } = await callUnary(
              `${SERVICE}/ModelConfig`,
              askConfig,
              { ...asked, version },
              when,
            );
            return descriptionOf(version, config, model);
          }),
      );
    },

    async infer(model, version, input, { batch, height, width, pixels }, when) {
      const request = {
        modelName: model,
        modelVersion: version,
        id: '',
        parameters: {},
        inputs: [
          {
            name: input,
            datatype: 'UINT8',
            shape: [BigInt(batch), 1n, BigInt(height), BigInt(width)],
            parameters: {},
            contents: undefined,
          },
        ],
        outputs: [],
        rawInputContents: [pixels],
      };
      const call = client.modelInfer.bind(client);
      try {
        const response = await callUnary(`${SERVICE}/ModelInfer`, call, request, when);
        silentLooks = 0;
        away = false;
        return outputsOf(response);
      } catch (error) {
        if (!away && error instanceof DeepXRayError && error.code === 'step-unavailable') {
          away = true;
          onAway(error);
        }
        throw error;
      }
    },

    close: () => client.close(),
  };
}

function descriptionOf(version: string, config: ModelConfig | undefined, model: string): ModelDescription {
  const [height, width] = (config?.input[0]?.dims ?? []).slice(-2).map(Number);
  if (!config || !height || !width) throw new Error(`model ${model} names no input height and width`);
  const parameters = Object.fromEntries(
    Object.entries(config.parameters).map(([key, { stringValue }]) => [key, stringValue]),
  );
  return { version, height, width, maxBatch: Math.max(1, config.maxBatchSize), parameters };
}

function outputsOf(response: ModelInferResponse): Outputs {
  return {
    version: response.modelVersion,
    values(output) {
      const index = response.outputs.findIndex(({ name }) => name === output);
      const raw = response.rawOutputContents[index];
      if (response.outputs[index]?.datatype !== 'FP32' || !raw) {
        throw new Error(`model ${response.modelName} gave no raw FP32 output ${output}`);
      }
      // A copy: the bytes inside a gRPC message need not lie at a multiple of four. Not by `slice`, which
      // shares memory where the bytes are a Buffer.
      return new Float32Array(Uint8Array.from(raw).buffer);
    },
  };
}
