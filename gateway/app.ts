/** Wires the gateway: REST in, gRPC out. */
import { setTimeout as delay } from 'node:timers/promises';
import type { App, Surroundings } from '#platform/process/run.ts';
import type { ValuesOf } from '#platform/process/settings.ts';
import { createAdmission } from './admission.ts';
import type { settings } from './config.ts';
import { createHttpServer } from './http-server.ts';
import { addDocuments } from './routes/documents.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addScoreRoute } from './routes/score.ts';
import { connectOrchestrator } from './scoring/orchestrator.ts';
import { createScoringMetrics } from './scoring/scoring-metrics.ts';
import { stopHttpServer } from './stop-http-server.ts';

/** What is in hand may end until then; then connections are cut. */
const DRAIN_MS = 12_000;

export async function startApp(
  values: ValuesOf<typeof settings>,
  { log, telemetry }: Surroundings,
): Promise<App> {
  const { maxUploadBytes, trustedProxies } = values;
  let isHealthy = false;
  let isLeaving = false;
  const orchestrator = connectOrchestrator(values.orchestrator);
  const admission = createAdmission(values);
  const metrics = createScoringMetrics(() => admission.inFlight);

  const app = await createHttpServer({ maxUploadBytes, trustedProxies, isLeaving: () => isLeaving, log });
  await addDocuments(app);
  addScoreRoute(app, { orchestrator, admission, metrics, maxUploadBytes, log });
  addHealthRoutes(app, { orchestrator, telemetry, isHealthy: () => isHealthy });
  await app.listen({ host: values.host, port: values.httpPort });
  isHealthy = true;

  return {
    isHealthy: () => isHealthy,
    async leave() {
      isHealthy = false;
      isLeaving = true;
      await delay(values.leaveMs);
    },
    async stop() {
      isHealthy = false;
      isLeaving = true;
      await stopHttpServer(app, DRAIN_MS);
      orchestrator.close();
    },
  };
}
