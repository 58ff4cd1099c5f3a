/** The package for internal services, packed and installed as they would, with its examples run as they stand. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { adminPorts } from './harness/admin-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';
import { getPython, type Tool } from './harness/tools.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
/** Fetching packages for the first time. */
const FETCH_WITHIN_MS = 500_000;

let folder: string;
let mesh: Mesh;
let hand: Hand;
let python: Tool;
let expected: string[];
beforeAll(async () => {
  python = await getPython('grpcio-tools', ['grpcio-tools']);
  folder = await mkdtemp(join(tmpdir(), 'deepxray-client-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: join(ROOT, 'client') });
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, packed)], {
    cwd: folder,
  });

  mesh = await startMesh({ scoringPods: 1 });
  hand = await syntheticHand(1);
  await writeFile(join(folder, 'hand.png'), hand.png);
  await writeFile(join(folder, 'right.png'), (await syntheticHand(1, { subject: 'right-hand' })).png);
  const { body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
  expected = JOINT_NAMES.map((joint) => `${joint} ${body.scores[joint]}`);
}, FETCH_WITHIN_MS);
afterAll(async () => {
  await mesh?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const lines = (stdout: string) => stdout.trim().split('\n');
const example = (name: string) => join(folder, 'node_modules/@deepxray/client/examples', name);

test('the ten lines of TypeScript compile against the package and print ten scores', async () => {
  // Node strips no types within node_modules: a user's copy lies outside.
  await run('cp', [example('score.ts'), folder]);
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node'];
  await run(
    process.execPath,
    [compiler, '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', ...types, 'score.ts'],
    { cwd: folder },
  );
  const { stdout } = await run(process.execPath, ['score.ts', mesh.grpc, 'hand.png'], { cwd: folder });
  expect(lines(stdout)).toEqual(expected);
});

test('the ten lines of Python print the same from the .proto file in the package', async ({ skip }) => {
  if ('missing' in python) return skip(python.missing);
  const env = { ...process.env, PYTHONPATH: join(folder, 'node_modules/@deepxray/client/proto') };
  const { stdout } = await run(python.path, [example('score.py'), mesh.grpc, 'hand.png'], {
    cwd: folder,
    env,
  });
  expect(lines(stdout)).toEqual(expected);
});

test('a film whose orchestrator is killed while it is scored is asked once more, and has its scores', async () => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { connectScoring, jointName, score } from '@deepxray/client';
    const client = connectScoring(process.argv[2]);
    const { joints } = await score(client, { xray: readFileSync('hand.png') }, { deadlineMs: 30000 });
    for (const { joint, result } of joints) console.log(jointName(joint), result.value.score);
    client.close();`;
  await writeFile(join(folder, 'patient.mjs'), script);
  const orchestrator = adminPorts(mesh, 1).find(({ role }) => role === 'orchestrator')!;
  const frozen = await mesh.freeze('body-part');
  const scoring = run(process.execPath, ['patient.mjs', mesh.grpc], { cwd: folder });
  try {
    await mesh.waitUntil('it is in the hands of the orchestrator', () => isInHand(orchestrator.port), 20_000);
    await mesh.kill('orchestrator');
  } finally {
    mesh.thaw(frozen);
  }
  expect(lines((await scoring).stdout)).toEqual(expected);
});

async function isInHand(port: number): Promise<boolean> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return /^deepxray_scorings_in_flight(?:\{[^}]*\})? 1$/m.test(metrics);
}

test('a refusal names its reason, and what was seen instead', async () => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { connectScoring, Metadata, reasonOf } from '@deepxray/client';
    const client = connectScoring(process.argv[2]);
    client.score({ xray: readFileSync('right.png') }, new Metadata(), { deadline: Date.now() + 10000 }, (error) => {
      console.log(JSON.stringify(reasonOf(error)));
      client.close();
    });`;
  await writeFile(join(folder, 'refused.mjs'), script);
  const { stdout } = await run(process.execPath, ['refused.mjs', mesh.grpc], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ reason: 'NOT_A_LEFT_HAND', metadata: { kind: 'right-hand' } });
});
