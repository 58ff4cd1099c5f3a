/** The model server's wiring. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEPS } from '#platform/bus/subjects.ts';
import { guardPeers } from '#platform/grpc/guard-peers.ts';
import { addHealth, WHOLE_SERVER } from '#platform/grpc/health.ts';
import { addReflection } from '#platform/grpc/reflection.ts';
import { bindGrpcServer, createGrpcServer, stopGrpcServer } from '#platform/grpc/server.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import type { ValuesOf } from '#platform/process/settings.ts';
import { GRPCInferenceServiceService } from '#proto/inference/grpc_service.ts';
import { createCatalogue } from './catalogue.ts';
import type { settings } from './config.ts';
import { createInfer } from './infer.ts';
import { createInferenceMetrics } from './inference-metrics.ts';
import { createInferenceService, SERVICE } from './inference-service.ts';
import { readRepository } from './repository.ts';
import { createScheduler } from './scheduler.ts';
import { removeStaleSocket } from './stale-socket.ts';
import { createStatistics } from './statistics.ts';
import { startWorkerPool, type WorkerPool } from './worker-pool.ts';

/** Far above any batch of ours, far below what could exhaust the process. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const DRAIN_WITHIN_MS = 10_000;

export type ModelServer = App & { grpcPort: number };

/** Listens at once, so that its state can be asked; ready, and resolved, when every model is loaded and warmed. */
export async function startApp(
  values: ValuesOf<typeof settings>,
  { log, identity }: Pick<Surroundings, 'log'> & Partial<Pick<Surroundings, 'identity'>>,
  /** For tests that need a worker that dies. */
  workerFile?: URL,
): Promise<ModelServer> {
  const models = await readRepository(values.repository, namesIn(values.models));
  const catalogue = createCatalogue(models);
  const statistics = createStatistics(models);
  const metrics = createInferenceMetrics(models);
  let pool: WorkerPool | undefined;
  let draining = false;
  // Calls that were on their way when the drain began are still served: this only sends others elsewhere.
  const isReady = () => !draining && pool !== undefined && pool.alive() > 0;

  const server = createGrpcServer({
    maxMessageBytes: MAX_MESSAGE_BYTES,
    guards: identity ? [guardPeers(STEPS)] : [],
  });
  const services = [WHOLE_SERVER, SERVICE];
  const health = addHealth(server, services);
  const showHealth = () => {
    for (const service of services) health.set(service, isReady());
  };
  addReflection(server, ['inference/grpc_service.proto']);
  const scheduler = createScheduler({
    models,
    pool: () => pool,
    queueCapacity: values.queue,
    onBatch(model, batchSize, durations) {
      statistics.batch(model, batchSize, durations);
      metrics.batch(model, batchSize);
    },
  });
  const infer = createInfer({ catalogue, scheduler, statistics, metrics, log });
  server.addService(
    GRPCInferenceServiceService,
    createInferenceService({ catalogue, infer, statistics, isReady, version: ownVersion() }),
  );

  const grpcPort = await bindGrpcServer(server, `${values.host}:${values.grpcPort}`, identity);
  if (values.socket) {
    await removeStaleSocket(values.socket);
    await bindGrpcServer(server, `unix:${values.socket}`);
  }
  log.info({ grpcPort, socket: values.socket }, 'listening');

  pool = await startWorkerPool({
    size: values.workers,
    setup: { models, threadsPerSession: values.threads },
    log,
    onChange() {
      showHealth();
      scheduler.dispatch();
    },
    ...(workerFile && { workerFile }),
  });
  showHealth();
  log.info({ models: models.map(({ key }) => key), workers: values.workers }, 'ready');

  return {
    grpcPort,
    isHealthy: isReady,
    async stop() {
      draining = true;
      health.close();
      await stopGrpcServer(server, DRAIN_WITHIN_MS);
      await pool.close();
    },
  };
}

const namesIn = (list: string | undefined): string[] | undefined =>
  list
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const ownVersion = (): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version;
