/** Which processes make a mesh on one machine, with their ports, sockets and settings. Pure. */
import { join } from 'node:path';
import type { ValuesOf } from '#platform/process/settings.ts';
import { certificateSettings } from './certificates.ts';
import type { settings } from './config.ts';

export type MeshSettings = ValuesOf<typeof settings>;

/** In the order in which they are stopped: who takes new work first, who does it last. */
export const STAGES = ['gateway', 'orchestrator', 'sidecar', 'model-server', 'nats'] as const;
export type Stage = (typeof STAGES)[number];

export type PortInUse = { port: number; setting: string; by: string };

export type RolePlan = {
  /** Names the process among its like: in logs, traces, reports. */
  instance: string;
  /** The value of `--role=`. */
  role: string;
  stage: Stage;
  /** From the root of the project. */
  entry: string;
  /** What it is told beside what this process inherited. */
  environment: Record<string, string>;
  ports: PortInUse[];
  /** The Unix socket that it binds; one left behind by a killed process would be in its way. */
  socket?: string;
};

const LOOPBACK = '127.0.0.1';

const PODS = {
  'body-part': { models: 'body-part' },
  'joint-extraction': { models: 'joint-localisation,joint-refinement' },
  'joint-scoring': { models: 'joint-scoring' },
} as const;
type PodName = keyof typeof PODS;

export const natsUrlOf = (mesh: MeshSettings): string =>
  mesh.natsUrl ??
  (mesh.tlsFolder ? `tls://localhost:${mesh.natsPort}` : `nats://${LOOPBACK}:${mesh.natsPort}`);

export const gatewayUrlOf = (mesh: MeshSettings): string =>
  `${mesh.tlsFolder ? 'https' : 'http'}://localhost:${mesh.httpPort}`;

/** `socketFolder` holds the pods' Unix sockets; its path must be short (a socket's holds 107 bytes). */
export function planRoles(mesh: MeshSettings, socketFolder: string): RolePlan[] {
  const nextAdminPort = counter(mesh.adminPort);
  const nextGrpcPort = counter(mesh.grpcPort);
  const role = (
    plan: Pick<RolePlan, 'instance' | 'role' | 'stage' | 'entry' | 'socket'>,
    environment: Record<string, string>,
    ports: Omit<PortInUse, 'by'>[],
  ): RolePlan => {
    const adminPort = nextAdminPort();
    const all = [...ports, { port: adminPort, setting: 'DEEPXRAY_ADMIN_PORT' }];
    return {
      ...plan,
      environment: {
        DEEPXRAY_HOST: LOOPBACK,
        DEEPXRAY_INSTANCE: plan.instance,
        DEEPXRAY_NATS_URL: natsUrlOf(mesh),
        DEEPXRAY_ADMIN_PORT: String(adminPort),
        ...(mesh.tlsFolder ? certificateSettings(mesh.tlsFolder, plan.role) : {}),
        ...environment,
      },
      ports: all.map((use) => ({ ...use, by: plan.instance })),
    };
  };
  const grpc = (port: number) => ({ port, setting: 'DEEPXRAY_GRPC_PORT' });

  const orchestratorPort = nextGrpcPort();
  const gateway = role(
    { instance: 'gateway', role: 'gateway', stage: 'gateway', entry: 'gateway/main.ts' },
    {
      DEEPXRAY_HTTP_PORT: String(mesh.httpPort),
      DEEPXRAY_ORCHESTRATOR: `${LOOPBACK}:${orchestratorPort}`,
    },
    [{ port: mesh.httpPort, setting: 'DEEPXRAY_HTTP_PORT' }],
  );
  const orchestrator = role(
    {
      instance: 'orchestrator',
      role: 'orchestrator',
      stage: 'orchestrator',
      entry: 'orchestrator/main.ts',
    },
    { DEEPXRAY_GRPC_PORT: String(orchestratorPort) },
    [grpc(orchestratorPort)],
  );

  const pod = (name: PodName, instance: string): RolePlan[] => {
    const socket = join(socketFolder, `${instance}.sock`);
    const grpcPort = nextGrpcPort();
    return [
      role(
        { instance, role: name, stage: 'sidecar', entry: `model-servers/${name}/main.ts` },
        { DEEPXRAY_MODEL_SERVER: `unix:${socket}` },
        [],
      ),
      role(
        {
          instance: `${instance}-model-server`,
          role: `model-server:${name}`,
          stage: 'model-server',
          entry: 'model-servers/server/main.ts',
          socket,
        },
        {
          DEEPXRAY_GRPC_PORT: String(grpcPort),
          DEEPXRAY_MODEL_SOCKET: socket,
          DEEPXRAY_MODELS: PODS[name].models,
        },
        [grpc(grpcPort)],
      ),
    ];
  };
  const scoringPods = Array.from({ length: mesh.scoringPods }, (_, index) => `joint-scoring-${index + 1}`);
  // In this order the pods take the next ports.
  return [
    gateway,
    orchestrator,
    ...pod('body-part', 'body-part'),
    ...pod('joint-extraction', 'joint-extraction'),
    ...scoringPods.flatMap((instance) => pod('joint-scoring', instance)),
  ];
}

/** Every port of the mesh, for a look before the start. */
export const portsOf = (mesh: MeshSettings, roles: RolePlan[], traces = false): PortInUse[] => [
  ...(traces
    ? [{ port: mesh.tracesPort, setting: 'DEEPXRAY_TRACES_PORT', by: 'the page of the last requests' }]
    : []),
  ...(mesh.natsUrl === undefined
    ? [{ port: mesh.natsPort, setting: 'DEEPXRAY_NATS_PORT', by: 'nats-server' }]
    : []),
  ...roles.flatMap((role) => role.ports),
];

function counter(first: number): () => number {
  let next = first;
  return () => next++;
}
