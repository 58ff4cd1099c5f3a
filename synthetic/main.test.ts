import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Truth } from './render-hand.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synthetic-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Run = { code: number; stdout: string; stderr: string };

const synthetic = (...flags: string[]): Promise<Run> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...flags], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test('writes each hand as a grey PNG with its truth beside it, and says where', async () => {
  const out = join(folder, 'films');
  const lesions = await file('lesions.json', '{"mcp2": 35, "pip3": 10}');
  const run = await synthetic(
    ...['--out', out, '--count', '2', '--seed', '7', '--spacing', '0.8', '--lesions', lesions, '--inverted'],
  );
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toBe(`${join(out, 'hand-7.png')}\n${join(out, 'hand-8.png')}\n`);
  expect((await readdir(out)).sort()).toEqual(['hand-7.json', 'hand-7.png', 'hand-8.json', 'hand-8.png']);
  const truth: Truth = JSON.parse(await readFile(join(out, 'hand-7.json'), 'utf8'));
  expect(truth).toMatchObject({
    simulated: true,
    seed: 7,
    subject: 'left-hand',
    inverted: true,
    spacingMm: 0.8,
  });
  expect(truth.joints.mcp2).toMatchObject({ erosionPercent: 35, grade: 2 });
  expect(await sharp(join(out, 'hand-7.png')).metadata()).toMatchObject({ channels: 1, depth: 'uchar' });
});

test.each([
  [['--spacing', '5'], 'give 0.08 to 1 mm'],
  [['--spacing', 'fine'], 'give 0.08 to 1 mm'],
  [['--seed', '-1'], 'give a whole number'],
  [['--count', '1.5'], 'give a whole number'],
  [['--missing-fingers', '4,6'], 'give rays 1 to 5'],
  [['--turned', '45'], 'Allowed choices are 0, 90, 180, 270'],
  [['--subject', 'foot'], 'Allowed choices are left-hand, right-hand, both-hands'],
  [['--lesions', 'no-such-file.json'], 'give random, none or a JSON file'],
  [['--sharpness', '3'], "unknown option '--sharpness'"],
])('%j is refused with what to give instead, and nothing is written', async (flags, message) => {
  const out = join(folder, `refused-${flags.join('')}`);
  const run = await synthetic('--out', out, ...flags);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(message);
  expect(run.stderr).not.toContain('    at ');
  expect(await readdir(folder)).not.toContain(`refused-${flags.join('')}`);
});

test.each([
  ['{"mcp9": 10}', 'no joint is called mcp9'],
  ['{"mcp2": 120}', 'mcp2: give 0 to 100 percent'],
  ['{"mcp2": "much"}', 'mcp2: give 0 to 100 percent'],
  ['{"mcp2": ', 'give random, none or a JSON file'],
  ['null', 'give percent by joint'],
  ['[10, 20]', 'give percent by joint'],
])('lesions %s are refused', async (content, message) => {
  const lesions = await file('bad.json', content);
  const run = await synthetic('--out', join(folder, 'bad'), '--lesions', lesions);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(message);
  expect(run.stderr).not.toContain('    at ');
});

test('without a folder to write to it says that one is needed', async () => {
  const run = await synthetic();
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("required option '--out <folder>' not specified");
});
