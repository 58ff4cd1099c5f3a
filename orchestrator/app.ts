/** Wires the orchestrator: gRPC in, NATS out, and the inbox that scores come back to. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { openAccess } from '#platform/access/access.ts';
import { openAudit } from '#platform/audit/audit.ts';
import { connectBus } from '#platform/bus/bus.ts';
import { STEPS } from '#platform/bus/subjects.ts';
import { guardCalls } from '#platform/grpc/guard-calls.ts';
import { guardPeers } from '#platform/grpc/guard-peers.ts';
import { addHealth, WHOLE_SERVER } from '#platform/grpc/health.ts';
import { addReflection } from '#platform/grpc/reflection.ts';
import { bindGrpcServer, createGrpcServer, stopGrpcServer } from '#platform/grpc/server.ts';
import { WALK, WALK_SERVICES, walkStep } from '#platform/grpc/walk-health.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import type { ValuesOf } from '#platform/process/settings.ts';
import { observe } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { createTurnstile } from '#platform/turnstile.ts';
import { ScoringServiceService } from '#proto/deepxray/v1/scoring.ts';
import { createAdmission } from './admission.ts';
import type { settings } from './config.ts';
import type { Gatherer } from './gather/gather-scores.ts';
import { RetryBudget } from './gather/retry-budget.ts';
import { openScoreInbox } from './gather/score-inbox.ts';
import { servePieces } from './piece-server.ts';
import { auditRefusals, needOf } from './rpc/guard.ts';
import { createScoringService, SERVICE } from './rpc/scoring-service.ts';
import { createScoringMetrics } from './scoring-metrics.ts';
import { ServiceTime } from './service-time.ts';
import { createBodyPartAsker } from './steps/ask-body-part.ts';
import { watchPresence } from './steps/presence.ts';

/** A gRPC message is the file and a little more. */
const MESSAGE_OVERHEAD_BYTES = 64 * 1024;
const DRAIN_MS = 12_000;
/** Roles whose certificates are let in; `client` is an internal service. */
const CALLERS = ['gateway', 'client'];
const LOOK_AT_WALK_EVERY_MS = 250;
/** Guesses to begin with; measured from the first joint on. */
const EXTRACTION_GUESS_MS = 300;
const SCORING_GUESS_MS = 100;

export async function startApp(
  values: ValuesOf<typeof settings>,
  { instance, log, identity }: Surroundings,
): Promise<App> {
  // Not the instance's name: that may be shared by mistake, and scores must come to one process alone.
  const orchestrator = randomBytes(8).toString('hex');
  const bus = await connectBus({
    url: values.natsUrl,
    name: instance,
    role: 'orchestrator',
    identity,
    onStatus: (status) => log.warn({ status }, 'nats-server'),
  });
  const admission = createAdmission(values.maxInFlight);
  const metrics = createScoringMetrics(() => admission.inFlight);
  const inbox = openScoreInbox(bus, orchestrator, { log, onDropped: () => metrics.onDropped(1) });
  const pieces = servePieces(bus, orchestrator, log);
  const presence = watchPresence(bus);
  observe('stepPresent', (result) => {
    const absent = bus.connected ? presence.absent() : STEPS;
    for (const step of STEPS) result.observe(absent.includes(step) ? 0 : 1, { [ATTRIBUTE.step]: step });
  });
  const gatherer: Gatherer = {
    bus,
    inbox,
    retryBudget: new RetryBudget(),
    extractionTime: new ServiceTime(EXTRACTION_GUESS_MS),
    scoringTime: new ServiceTime(SCORING_GUESS_MS),
    onAskedAgain({ joints, attempt, reason }) {
      metrics.onAskedAgain(joints.length, reason);
      // Of a failure its pod has said so itself.
      if (reason === 'overdue') log.warn({ joints, attempt }, 'nothing was heard of joints: asked for again');
    },
    onDropped: metrics.onDropped,
  };
  const parts = {
    gatherer,
    pieces,
    presence,
    askBodyPart: createBodyPartAsker(bus),
    maxPixels: values.maxPixels,
    versionShares: values.modelVersions,
    // More films at once than there are cores would only cost memory.
    decodeInTurn: createTurnstile(availableParallelism()),
  };

  const access = openAccess(values, log);
  const audit = await openAudit(values.audit, {
    role: 'orchestrator',
    instance,
    onError: (err) => log.error({ err }, 'the audit cannot be written'),
  });
  const server = createGrpcServer({
    maxMessageBytes: values.maxUploadBytes + MESSAGE_OVERHEAD_BYTES,
    guards: [
      ...(identity ? [guardPeers(CALLERS)] : []),
      guardCalls(access, { needOf, onRefused: auditRefusals(audit) }),
    ],
  });
  const { maxUploadBytes } = values;
  server.addService(
    ScoringServiceService,
    createScoringService({ parts, admission, maxUploadBytes, metrics, audit, log }) as never,
  );
  const health = addHealth(server, [WHOLE_SERVER, SERVICE, ...WALK_SERVICES]);
  addReflection(server, ['deepxray/v1/scoring.proto']);
  const port = await bindGrpcServer(server, `${values.host}:${values.grpcPort}`, identity);
  log.info({ port }, 'serving gRPC');

  let serving = true;
  const lookAtWalk = () => {
    const absent = bus.connected ? presence.absent() : STEPS;
    for (const step of STEPS) health.set(walkStep(step), !absent.includes(step));
    health.set(WALK, absent.length === 0);
  };
  const timer = setInterval(lookAtWalk, LOOK_AT_WALK_EVERY_MS);
  health.set(WHOLE_SERVER, true);
  health.set(SERVICE, true);

  return {
    isHealthy: () => serving,
    async stop() {
      serving = false;
      clearInterval(timer);
      health.close();
      await stopGrpcServer(server, DRAIN_MS);
      await inbox.stop();
      await pieces.stop();
      await bus.close();
      access.close();
      await audit.close();
    },
  };
}
