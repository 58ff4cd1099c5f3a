import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readRepository } from './repository.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function addModel(name: string, version: string, sha256?: string): Promise<void> {
  await mkdir(join(folder, name, version), { recursive: true });
  await writeFile(join(folder, name, version, 'model.onnx'), 'network');
  const config = {
    name,
    platform: 'onnxruntime_onnx',
    maxBatchSize: 1,
    input: [{ name: 'image', dataType: 'TYPE_UINT8', dims: [1] }],
    output: [{ name: 'grade', dataType: 'TYPE_FP32', dims: [6] }],
    ...(sha256 && { parameters: { sha256: { stringValue: sha256 } } }),
  };
  await writeFile(join(folder, name, version, 'config.json'), JSON.stringify(config));
}
const keysOf = async (names?: string[]) => (await readRepository(folder, names)).map(({ key }) => key);

test('all models and versions are found, versions in the order of their numbers', async () => {
  await addModel('b', '10');
  await addModel('b', '9');
  await addModel('a', '1');
  expect(await keysOf()).toEqual(['a/1', 'b/9', 'b/10']);
  expect(await keysOf(['b'])).toEqual(['b/9', 'b/10']);
});

test('what is no version, and a folder without one, is passed over unless it is asked for', async () => {
  await addModel('a', '1');
  await mkdir(join(folder, 'a', 'old'));
  await mkdir(join(folder, 'unfinished'));
  expect(await keysOf()).toEqual(['a/1']);
  await expect(keysOf(['a', 'unfinished'])).rejects.toThrow('model unfinished: no version in');
});

test('a version without its files is an error, and so is a repository without a model', async () => {
  await expect(keysOf()).rejects.toThrow(`there is no model in ${folder}`);
  await mkdir(join(folder, 'a', '1'), { recursive: true });
  await expect(keysOf()).rejects.toThrow('model a/1: ENOENT');
});

test('a network is held against the checksum in its config', async () => {
  await addModel('a', '1', '0'.repeat(64));
  await expect(keysOf()).rejects.toThrow('model a/1: model.onnx is not the one that config.json describes');
  // echo -n network | sha256sum
  await addModel('a', '1', '3009be769fb8f956e8413ee9f3e0836e34968bc40457d0a10c549d2edcf00cc1');
  expect(await keysOf()).toEqual(['a/1']);
});
