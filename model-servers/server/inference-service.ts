/** The Open Inference Protocol's calls as gRPC handlers. */
import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import { unary } from '#platform/grpc/server.ts';
import type {
  GRPCInferenceServiceServer,
  ModelMetadataResponse_TensorMetadata,
} from '#proto/inference/grpc_service.ts';
import type { Catalogue } from './catalogue.ts';
import type { Infer } from './infer.ts';
import type { TensorSpec } from './model.ts';
import type { Statistics } from './statistics.ts';
import { toStatus } from './triton-errors.ts';

export const SERVICE = 'inference.GRPCInferenceService';

export function createInferenceService(parts: {
  catalogue: Catalogue;
  infer: Infer;
  statistics: Pick<Statistics, 'of'>;
  /** Every model is loaded, and a worker is alive. */
  isReady: () => boolean;
  version: string;
}): GRPCInferenceServiceServer {
  const { catalogue, infer, statistics, isReady, version } = parts;

  const answer = <Request, Response>(
    method: string,
    handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response> | Response,
    { untraced = false } = {},
  ): handleUnaryCall<Request, Response> =>
    unary(`${SERVICE}/${method}`, handle, { toError: toStatus, untraced });
  // Asked several times a second by every sidecar.
  const polled = { untraced: true };

  return {
    serverLive: answer('ServerLive', () => ({ live: true }), polled),
    serverReady: answer('ServerReady', () => ({ ready: isReady() }), polled),
    modelReady: answer(
      'ModelReady',
      (request) => ({ ready: isReady() && catalogue.has(request.name, request.version) }),
      polled,
    ),
    serverMetadata: answer('ServerMetadata', () => ({
      name: 'deepxray-model-server',
      version,
      extensions: ['model_configuration', 'statistics'],
    })),
    modelMetadata: answer('ModelMetadata', (request) => {
      const model = catalogue.find(request.name, request.version);
      return {
        name: model.name,
        versions: catalogue.findAll(request.name, request.version).map((each) => each.version),
        platform: model.config.platform,
        inputs: model.inputs.map(tensorMetadata),
        outputs: model.outputs.map(tensorMetadata),
      };
    }),
    modelConfig: answer('ModelConfig', (request) => ({
      config: catalogue.find(request.name, request.version).config,
    })),
    modelStatistics: answer('ModelStatistics', (request) => ({
      modelStats: catalogue.findAll(request.name, request.version).map(statistics.of),
    })),
    modelInfer: answer('ModelInfer', infer),
  };
}

const tensorMetadata = ({ name, datatype, dims }: TensorSpec): ModelMetadataResponse_TensorMetadata => ({
  name,
  datatype,
  shape: [-1, ...dims].map(BigInt),
});
