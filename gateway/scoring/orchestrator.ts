/** The connection to the orchestrator: kept warm, and known to be away without waiting for it. */
import {
  type ClientDuplexStream,
  connectivityState,
  type Metadata,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { STEPS, type Step } from '#platform/bus/subjects.ts';
import type { DeadlineMs } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { CHANNEL_OPTIONS, metadataWithTrace } from '#platform/grpc/client.ts';
import { channelCredentialsOf } from '#platform/grpc/credentials.ts';
import { WALK, walkStep } from '#platform/grpc/walk-health.ts';
import type { Identity } from '#platform/tls/identity.ts';
import { type ScoreChunk, type ScoreEvent, ScoringServiceClient } from '#proto/deepxray/v1/scoring.ts';

/**
 * A connection that takes longer to come about will not. A peer that refuses is known at once; this is
 * for one whose packets vanish.
 */
const CONNECT_WITHIN_MS = 1000;
/** Until it is connected. */
const LOOK_AGAIN_MS = 500;

const CHANNEL = {
  ...CHANNEL_OPTIONS,
  // All addresses of the name share the calls; the default sends every call to one.
  // In a rollout the name has other addresses every few seconds; grpc-js would look twice a minute at most.
  'grpc.dns_min_time_between_resolutions_ms': 1000,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};

export type Readiness = 'ready' | 'orchestrator-away' | { stepsAway: Step[] };

export type Orchestrator = {
  /** The call's own errors come as its `error` event. */
  scoreStream(settings: {
    requestId: string;
    /** The client's own, which the orchestrator checks as this gateway did. */
    authorization?: string | undefined;
    deadline: DeadlineMs;
  }): ClientDuplexStream<ScoreChunk, ScoreEvent>;
  /** Rejects with `step-unavailable` when no connection comes about; else stays pending until `signal` aborts. */
  whenAway(signal: AbortSignal): Promise<never>;
  readiness(withinMs: number): Promise<Readiness>;
  close(): void;
};

/** The name in an orchestrator's certificate, at whatever address it is. */
const ORCHESTRATOR = 'orchestrator';

export function connectOrchestrator(address: string, identity?: Identity): Orchestrator {
  const credentials = channelCredentialsOf(identity);
  const client = new ScoringServiceClient(address, credentials, {
    ...CHANNEL,
    ...(identity ? { 'grpc.ssl_target_name_override': ORCHESTRATOR } : {}),
  });
  const channel = client.getChannel();
  const HealthClient = makeGenericClientConstructor(healthService, 'grpc.health.v1.Health');
  const health = new HealthClient(address, credentials, { channelOverride: channel });
  let closed = false;
  let notConnectedSince: number | undefined = performance.now();

  const watch = () => {
    if (closed) return;
    // `true`: an idle channel connects now, so that no request has to wait for it.
    const state = channel.getConnectivityState(true);
    const isReady = state === connectivityState.READY;
    if (isReady) notConnectedSince = undefined;
    else notConnectedSince ??= performance.now();
    // A name that had no address is looked up anew only when somebody asks for the state or makes a call.
    const lookAgain = isReady ? Number.POSITIVE_INFINITY : Date.now() + LOOK_AGAIN_MS;
    channel.watchConnectivityState(state, lookAgain, watch);
  };
  watch();

  return {
    scoreStream({ requestId, authorization, deadline }) {
      const metadata = metadataWithTrace();
      metadata.set('x-request-id', requestId);
      if (authorization !== undefined) metadata.set('authorization', authorization);
      return client.scoreStream(metadata, { deadline });
    },
    whenAway(signal) {
      const away = Promise.withResolvers<never>();
      if (notConnectedSince !== undefined) {
        const timer = setTimeout(
          () => {
            if (notConnectedSince !== undefined) away.reject(orchestratorAway());
          },
          Math.max(0, notConnectedSince + CONNECT_WITHIN_MS - performance.now()),
        );
        signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      }
      return away.promise;
    },
    async readiness(withinMs) {
      const serves = (service: string) => checkHealth(health, service, Date.now() + withinMs);
      const walk = await serves(WALK);
      if (walk === undefined) return 'orchestrator-away';
      if (walk) return 'ready';
      const steps = await Promise.all(STEPS.map((step) => serves(walkStep(step))));
      return { stepsAway: STEPS.filter((_, index) => steps[index] === false) };
    },
    close() {
      closed = true;
      client.close();
    },
  };
}

const orchestratorAway = () =>
  new DeepXRayError('step-unavailable', 'No orchestrator is there. Try again shortly.', { retryAfterS: 1 });

type Check = (
  request: { service: string },
  metadata: Metadata,
  options: { deadline: DeadlineMs },
  callback: (error: ServiceError | null, response?: { status: string }) => void,
) => void;

/** Whether it serves; undefined where nobody answers in time. */
function checkHealth(client: object, service: string, deadline: DeadlineMs): Promise<boolean | undefined> {
  const check = (client as { check: Check }).check.bind(client);
  return new Promise((resolve) => {
    check({ service }, metadataWithTrace(), { deadline }, (error, response) => {
      if (response) resolve(response.status === 'SERVING');
      else resolve(error?.code === status.NOT_FOUND ? false : undefined);
    });
  });
}
