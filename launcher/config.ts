/** The settings of the launcher; every other variable is handed on to the processes as it stands. */
import { commonSettings } from '#platform/process/common-settings.ts';
import { integer, optionalText } from '#platform/process/settings.ts';

/** A port that others must be told of cannot be left to the system (0). */
const knownPort = (env: string, fallback: number, doc: string) =>
  integer(env, fallback, { min: 1, max: 65535 }, doc);

export const settings = {
  httpPort: knownPort('DEEPXRAY_HTTP_PORT', 8080, 'REST, at the gateway'),
  grpcPort: knownPort(
    'DEEPXRAY_GRPC_PORT',
    50051,
    "gRPC, at the orchestrator; the model servers' on the ports after it",
  ),
  scoringPods: integer(
    'DEEPXRAY_SCORING_PODS',
    2,
    { min: 0, max: 16 },
    'joint-scoring pods, each a sidecar and a model server',
  ),
  natsUrl: optionalText('DEEPXRAY_NATS_URL', 'use this nats-server and start none', { secret: true }),
  natsPort: knownPort('DEEPXRAY_NATS_PORT', 4222, 'the port of the nats-server that is started'),
  adminPort: knownPort(
    'DEEPXRAY_ADMIN_PORT',
    9460,
    "the gateway's health and /metrics; the other processes' on the ports after it",
  ),
  tracesPort: knownPort('DEEPXRAY_TRACES_PORT', 4318, 'with --traces: the page of the last requests'),
  requireSecurity: commonSettings.requireSecurity,
  tlsFolder: optionalText(
    'DEEPXRAY_TLS_FOLDER',
    "folder of the roles' certificates, as `npm run dev-ca` makes it: then all of the mesh speaks TLS",
    { closes: 'what goes to and from other processes can be read' },
  ),
};
