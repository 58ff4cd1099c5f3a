import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answer, film } from '../testing/made-up-cases.ts';
import { ANSWERS, openAnswers, readAnswers } from './answers-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-answers-'));
});
afterEach(() => rm(folder, { recursive: true }));

const [one, two] = [film('one.png', {}), film('two.png', {})];

test('an answer that is kept is not asked for again, unless the film or the truth given is another', async () => {
  await (await openAnswers(folder)).add(answer(one, { mcp1: 0 }));
  const again = await openAnswers(folder);
  expect(again.has('plain', 'one.png', 'q')).toBe(true);
  expect(again.has('plain', 'one.png', 'another film')).toBe(false);
  expect(again.has('true-joints', 'one.png', 'q')).toBe(false);
  expect(again.has('plain', 'two.png', 'q')).toBe(false);
});

test('a line that a kill broke off is asked again, and nothing else is lost', async () => {
  await (await openAnswers(folder)).add(answer(one, { mcp1: 0 }));
  await appendFile(join(folder, ANSWERS), '{"variant":"plain","image":"two.png","sta');
  const again = await openAnswers(folder);
  expect(again.has('plain', 'one.png', 'q')).toBe(true);
  await again.add(answer(two, { mcp1: 1 }));
  expect((await readAnswers(folder)).map(({ image }) => image)).toEqual(['one.png', 'two.png']);
});

test('an answer that failed for reasons of the mesh is asked again; meanwhile it counts as failed', async () => {
  const answers = await openAnswers(folder);
  await answers.add(answer(one, { mcp1: 'deadline' }, { status: 504 }));
  expect(await readAnswers(folder)).toHaveLength(1);
  const again = await openAnswers(folder);
  expect(again.has('plain', 'one.png', 'q')).toBe(false);
  await again.add(answer(one, { mcp1: 2 }));
  const [last, ...more] = await readAnswers(folder);
  expect(more).toEqual([]);
  expect(last!.joints.mcp1!.score).toBe(2);
});

test('a line that is no JSON is named, and the file left as it is', async () => {
  await appendFile(join(folder, ANSWERS), 'oops\n');
  await expect(readAnswers(folder)).rejects.toThrow(/answers\.jsonl, line 1: is not JSON/);
  expect(await readFile(join(folder, ANSWERS), 'utf8')).toBe('oops\n');
});
