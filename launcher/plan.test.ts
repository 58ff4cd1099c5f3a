import { expect, test } from 'vitest';
import { type MeshSettings, planRoles, portsOf } from './plan.ts';

const MESH: MeshSettings = {
  httpPort: 8080,
  grpcPort: 50051,
  scoringPods: 2,
  natsUrl: undefined,
  natsPort: 4222,
  adminPort: 9460,
  tracesPort: 4318,
  requireSecurity: false,
  tlsFolder: undefined,
};

test('every process has its role, and the ports follow the order of the pods', () => {
  const roles = planRoles(MESH, '/tmp/d');
  const summary = roles.map(({ role, environment: { DEEPXRAY_ADMIN_PORT, DEEPXRAY_GRPC_PORT } }) =>
    [role, DEEPXRAY_ADMIN_PORT, DEEPXRAY_GRPC_PORT].filter(Boolean).join(' '),
  );
  expect(summary).toEqual([
    'gateway 9460',
    'orchestrator 9461 50051',
    'body-part 9462',
    'model-server:body-part 9463 50052',
    'joint-extraction 9464',
    'model-server:joint-extraction 9465 50053',
    'joint-scoring 9466',
    'model-server:joint-scoring 9467 50054',
    'joint-scoring 9468',
    'model-server:joint-scoring 9469 50055',
  ]);
});

test('a sidecar and its model server share a socket, and no two pods do', () => {
  const roles = planRoles(MESH, '/tmp/d');
  const sidecars = roles.filter((role) => role.stage === 'sidecar');
  const sockets = roles.filter((role) => role.stage === 'model-server').map((role) => role.socket);
  expect(sidecars.map((role) => role.environment.DEEPXRAY_MODEL_SERVER)).toEqual(
    sockets.map((socket) => `unix:${socket}`),
  );
  expect(new Set(sockets).size).toBe(4);
});

test('with a nats-server given, none is started and all use it', () => {
  const mesh = { ...MESH, natsUrl: 'nats://elsewhere:4222' };
  const roles = planRoles(mesh, '/tmp/d');
  expect(portsOf(mesh, roles).map((use) => use.by)).not.toContain('nats-server');
  for (const role of roles) expect(role.environment.DEEPXRAY_NATS_URL).toBe('nats://elsewhere:4222');
});

test('instances name each process among its like', () => {
  const instances = planRoles({ ...MESH, scoringPods: 3 }, '/tmp/d').map((role) => role.instance);
  expect(new Set(instances).size).toBe(instances.length);
  expect(instances).toContain('joint-scoring-3');
});
