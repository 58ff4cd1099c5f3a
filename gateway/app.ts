/** Wires the gateway: REST in, gRPC out. */
import { setTimeout as delay } from 'node:timers/promises';
import { openAccess } from '#platform/access/access.ts';
import { openAudit } from '#platform/audit/audit.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import type { ValuesOf } from '#platform/process/settings.ts';
import { identityOfSettings } from '#platform/tls/identity-of-settings.ts';
import { createAdmission } from './admission.ts';
import { settings } from './config.ts';
import { createHttpServer } from './http-server.ts';
import { addDocuments } from './routes/documents.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addScoreRoute } from './routes/score.ts';
import { connectOrchestrator } from './scoring/orchestrator.ts';
import { createScoringMetrics } from './scoring/scoring-metrics.ts';
import { watchSilentConnections } from './silent-connections.ts';
import { stopHttpServer } from './stop-http-server.ts';

/** What is in hand may end until then; then connections are cut. */
const DRAIN_MS = 12_000;

export async function startApp(
  values: ValuesOf<typeof settings>,
  { instance, log, telemetry, identity }: Surroundings,
): Promise<App> {
  const { maxUploadBytes, trustedProxies, httpTlsCert, httpTlsKey } = values;
  let isHealthy = false;
  let isLeaving = false;
  const outward = identityOfSettings(
    {
      cert: { setting: settings.httpTlsCert, path: httpTlsCert },
      key: { setting: settings.httpTlsKey, path: httpTlsKey },
    },
    log,
    'certificate of HTTPS',
  );
  const access = openAccess(values, log);
  const audit = await openAudit(values.audit, {
    role: 'gateway',
    instance,
    onError: (err) => log.error({ err }, 'the audit cannot be written'),
  });
  const orchestrator = connectOrchestrator(values.orchestrator, identity);
  const admission = createAdmission(values);
  const metrics = createScoringMetrics(() => admission.inFlight);

  const app = await createHttpServer({
    maxUploadBytes,
    trustedProxies,
    isLeaving: () => isLeaving,
    identity: outward,
    access,
    audit,
    log,
  });
  const silent = watchSilentConnections(app.server);
  await addDocuments(app, { asksForCredentials: access.asks });
  addScoreRoute(app, { orchestrator, admission, metrics, audit, maxUploadBytes, log });
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
      await stopHttpServer(app, silent, DRAIN_MS);
      orchestrator.close();
      access.close();
      await audit.close();
    },
  };
}
