/** `npm start` on one machine: it heals, runs beside another, and leaves nothing behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { waitUntil } from './harness/wait-until.ts';

const started: Mesh[] = [];
const start = async (settings?: Parameters<typeof startMesh>[0]) => {
  const mesh = await startMesh(settings);
  started.push(mesh);
  return mesh;
};
afterEach(async () => {
  for (const mesh of started.splice(0)) await mesh.stop('SIGKILL');
});

const socketFolders = () => readdirSync(tmpdir()).filter((name) => /^deepxray-\w{6}$/.test(name));

const isGone = (mesh: Mesh) =>
  waitUntil('no process of the mesh is left', () => mesh.leftBehind().length === 0, {
    within: 15_000,
    explain: () => JSON.stringify(mesh.leftBehind()),
  });

test('Ctrl-C on npm start ends every process in order and leaves no socket behind', async () => {
  const before = socketFolders();
  const mesh = await start({ byNpm: true });
  expect(
    mesh
      .processes()
      .map(({ role }) => role)
      .sort(),
  ).toEqual([
    'body-part',
    'gateway',
    'joint-extraction',
    'joint-scoring',
    'joint-scoring',
    'model-server:body-part',
    'model-server:joint-extraction',
    'model-server:joint-scoring',
    'model-server:joint-scoring',
    'nats-server',
    'orchestrator',
  ]);

  const began = performance.now();
  expect(await mesh.stop('SIGINT')).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(mesh.leftBehind()).toEqual([]);
  expect(socketFolders()).toEqual(before);

  const ends = mesh
    .output()
    .split('\n')
    .filter((line) => /\bstopped$/.test(line))
    .map((line) => line.split(' ')[0]);
  expect(ends[0]).toBe('gateway');
  expect(ends[1]).toBe('orchestrator');
  expect(ends.slice(2, 6).every((name) => !name?.endsWith('model-server'))).toBe(true);
});

test('a second signal right after the first is the same wish, not force', async () => {
  const mesh = await start({ scoringPods: 1 });
  const { launcherPid } = mesh;
  const stopped = mesh.stop('SIGINT');
  process.kill(launcherPid, 'SIGINT');
  process.kill(launcherPid, 'SIGTERM');
  expect(await stopped).toBe(0);
  expect(mesh.leftBehind()).toEqual([]);
  expect(mesh.output()).not.toContain('by force');
});

test('when the launcher itself is killed, its processes end by themselves', async () => {
  const before = socketFolders();
  const mesh = await start({ scoringPods: 1 });
  await mesh.stop('SIGKILL');
  await isGone(mesh);
  await waitUntil('the sockets are gone', () => socketFolders().length === before.length, { within: 5000 });
});

test('two meshes run side by side, and one ends without the other', async () => {
  const one = await start({ scoringPods: 1 });
  const other = await start({ scoringPods: 1 });
  await one.stop();
  expect(one.leftBehind()).toEqual([]);
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  expect(other.processes()).toHaveLength(9);
});

test('whichever process is killed, the mesh is whole again within 5 s', async () => {
  const mesh = await start();
  const roles = new Set(mesh.processes().map(({ role }) => role));
  for (const role of roles) {
    const killed = await mesh.kill(role);
    await mesh.healed();
    expect(mesh.processes(role).map(({ pid }) => pid)).not.toContain(killed);
  }
});

test('a port that is taken is said in one line, and nothing is left running', async () => {
  const mesh = await start({ scoringPods: 1 });
  const launcher = spawn(process.execPath, [join(import.meta.dirname, '..', 'launcher', 'main.ts')], {
    env: {
      ...process.env,
      DEEPXRAY_HTTP_PORT: String(mesh.port('HTTP')),
      DEEPXRAY_GRPC_PORT: String(mesh.port('GRPC') + 5),
      DEEPXRAY_NATS_PORT: String(mesh.port('NATS') + 11),
      DEEPXRAY_ADMIN_PORT: String(mesh.port('ADMIN') + 9),
      DEEPXRAY_SCORING_PODS: '1',
    },
  });
  let said = '';
  launcher.stdout.on('data', (data) => {
    said += data;
  });
  expect((await once(launcher, 'close'))[0]).toBe(1);
  expect(said.trim().split('\n')).toHaveLength(1);
  expect(said).toContain(`port ${mesh.port('HTTP')}`);
  expect(said).toContain('DEEPXRAY_HTTP_PORT');
});
