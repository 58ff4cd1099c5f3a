/** The settings of the model server. */
import { join } from 'node:path';
import { commonSettings } from '#platform/process/common-settings.ts';
import { integer, optionalText, port, text } from '#platform/process/settings.ts';

export const settings = {
  ...commonSettings,
  grpcPort: port('DEEPXRAY_GRPC_PORT', 50052, 'the port of the Open Inference Protocol; 0: any free one'),
  socket: optionalText(
    'DEEPXRAY_MODEL_SOCKET',
    'path of a Unix socket to listen on too: the shortest way for a sidecar in the same pod',
  ),
  repository: text(
    'DEEPXRAY_MODEL_REPOSITORY',
    join(import.meta.dirname, '../repository'),
    'folder of the models, <model>/<version>/model.onnx and config.json',
  ),
  models: optionalText('DEEPXRAY_MODELS', 'names of the models to serve, separated by commas; all if absent'),
  workers: integer(
    'DEEPXRAY_MODEL_WORKERS',
    1,
    { min: 1, max: 64 },
    'worker threads; each holds a session of every model and runs one batch at a time',
  ),
  threads: integer(
    'DEEPXRAY_MODEL_THREADS',
    1,
    { min: 1, max: 64 },
    'threads that onnxruntime uses within one run',
  ),
  queue: integer(
    'DEEPXRAY_MODEL_QUEUE',
    256,
    { min: 1, max: 65_536 },
    'samples that may wait for each model; more are refused at once',
  ),
};
