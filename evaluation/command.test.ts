/** The command as a person types it, where it needs no mesh. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate } from '../test/harness/evaluate.ts';
import { writeManifest } from './dataset/write-manifest.ts';
import { answer, film } from './testing/made-up-cases.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

test('without a dataset or a matrix it says what to give, and ends with 2', async () => {
  const { exitCode, stderr } = await evaluate([]);
  expect(exitCode).toBe(2);
  expect(stderr).toBe('give one of --dataset and --confusion (--help says more)\n');
});

test('--help names every option and what the exit codes mean', async () => {
  const { exitCode, stdout } = await evaluate(['--help']);
  expect(exitCode).toBe(0);
  for (const word of [
    '--dataset',
    '--compare',
    '--confusion',
    '--fail-below',
    '--with-images',
    '--recompute',
  ]) {
    expect(stdout).toContain(word);
  }
  expect(stdout).toContain('Ends with 0 when done, 1 when a bound is crossed');
});

test('a bound that makes no sense is said before anything is sent', async () => {
  const { exitCode, stderr } = await evaluate(['--dataset', folder, '--fail-below', 'accuracy > 0.5']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('“accuracy > 0.5” is no bound: give FIGURE=NUMBER');
});

test('every problem of a manifest is printed with its line, and nothing is sent', async () => {
  const manifest = await written('bad.csv', 'image,patient,hand\na.png,,left\nb.png,p1,middle\n');
  const { exitCode, stderr } = await evaluate(['--dataset', manifest, '--url', 'http://127.0.0.1:1']);
  expect(exitCode).toBe(2);
  expect(stderr.split('\n').slice(1, 5)).toEqual([
    '  line 2: patient: is empty',
    '  line 3: hand: “middle” is none of left, right',
    '  line 2: there is no image a.png',
    '  line 3: there is no image b.png',
  ]);
});

test('a matrix is printed and kept as JSON, with why what is undefined is so', async () => {
  const matrix = await written('matrix.csv', `9,1,0,0,0,0\n${'0,0,0,0,0,0\n'.repeat(5)}`);
  const out = join(folder, 'matrix');
  const { exitCode, stdout } = await evaluate([
    '--confusion',
    matrix,
    '--out',
    out,
    '--published',
    'accuracy=0.95',
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('does not follow from the matrix: it gives 9 of 10 pairs');
  const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8'));
  expect(figures).toMatchObject({ n: 10, accuracy: 0.9, kappa: 0 });
  expect(figures.byGrade[5].recall).toEqual({ value: null, because: 'nothing is 5' });
});

test('a kept run is computed anew with no mesh, in JSON, CSV and a page, and keeps its bounds or ends with 1', async () => {
  const films = Array.from({ length: 8 }, (_, at) => film(`${at}.png`, { mcp1: at % 3, mcp2: 0 }));
  const manifest = await written('good.csv', writeManifest(films, false));
  const records = films.map((one, at) => answer(one, { mcp1: at === 0 ? 5 : at % 3, mcp2: 0 }));
  await written('answers.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const words = ['--dataset', manifest, '--out', folder, '--recompute', '--draws', '100'];

  const good = await evaluate([...words, '--fail-below', 'end-to-end.accuracy=0.9']);
  expect(good.stdout).toContain('holds: end-to-end.accuracy is 0.9375, not below 0.9');
  expect(good.exitCode).toBe(0);
  const table = await readFile(join(folder, 'figures.csv'), 'utf8');
  expect(table).toMatch(/^grades\.accuracy,mcp1,0\.875,/m);
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('<h2>End to end</h2>');

  const bad = await evaluate([
    ...words,
    '--fail-above',
    'grades.mae=0.1',
    '--fail-below',
    'grades.accuracy=0.5',
  ]);
  expect(bad.stdout).toContain('CROSSED: grades.mae is 0.3125, above 0.1');
  expect(bad.stdout).toContain('holds: grades.accuracy');
  expect(bad.exitCode).toBe(1);

  const unknown = await evaluate([...words, '--reference', 'otto']);
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain('has no reader “otto”: readers are anna');
});
