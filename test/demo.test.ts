/** The commands that a person types first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCsv } from '../cli/csv.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { freePorts } from './harness/free-ports.ts';
import { syntheticHand } from './harness/hands.ts';
import { startMesh } from './harness/mesh.ts';

const ROOT = join(import.meta.dirname, '..');

async function npmRun(words: string[], env: Record<string, string> = {}) {
  const npm = spawn('npm', ['run', ...words], { cwd: ROOT, env: { ...process.env, NO_COLOR: '1', ...env } });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (data) => (output += data));
  const [exitCode] = await once(npm, 'close');
  return { exitCode: exitCode as number, output };
}

test('npm run demo scores a hand, draws it, and leaves nothing running', async () => {
  const ports = await freePorts();
  const { exitCode, output } = await npmRun(['demo'], ports);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  for (const joint of JOINT_NAMES) expect(output).toContain(joint);
  expect(output).toContain('SIMULATED');
  const [overlay] = /\S+overlay\.png/.exec(output) ?? [];
  expect((await stat(overlay!)).size).toBeGreaterThan(10_000);
  await expect(fetch(`http://127.0.0.1:${ports.DEEPXRAY_HTTP_PORT}/livez`)).rejects.toThrow();
});

test('npm run score scores a folder, and goes on where it stopped', async () => {
  const mesh = await startMesh({ scoringPods: 1 });
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-films-'));
  try {
    for (const seed of [1, 2]) await writeFile(join(folder, `${seed}.png`), (await syntheticHand(seed)).png);
    await writeFile(join(folder, 'broken.png'), 'no picture');
    const csv = join(folder, 'out', 'scores.csv');
    const command = [
      'score',
      '--',
      folder,
      '--url',
      mesh.url,
      '--csv',
      csv,
      '--overlays',
      join(folder, 'out'),
    ];

    const first = await npmRun(command);
    expect(first.exitCode).toBe(1);
    expect(first.output).toContain('broken.png');
    const rows = parseCsv(await readFile(csv, 'utf8')).slice(1);
    expect(rows).toHaveLength(21);
    expect((await stat(join(folder, 'out', folder, '1.png.png'))).size).toBeGreaterThan(10_000);

    const second = await npmRun(command);
    expect(second.output).toContain('stand in');
    expect(parseCsv(await readFile(csv, 'utf8')).slice(1)).toEqual(rows);
  } finally {
    await rm(folder, { recursive: true });
    await mesh.stop();
  }
});
