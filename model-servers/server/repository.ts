/** The model repository on disk: `<model>/<version>/model.onnx` and `config.json`. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ServedModel } from './model.ts';
import { InvalidModel, parseModelConfig } from './model-config.ts';

/**
 * Every version of the models named, or of all there; by name, oldest version first. Throws
 * InvalidModel, since a server that leaves out what it was told to serve would be found out late.
 */
export async function readRepository(folder: string, names?: readonly string[]): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const name of names ?? (await foldersIn(folder))) {
    const versions = (await foldersIn(join(folder, name)))
      .filter((version) => /^[1-9]\d*$/.test(version))
      .sort((a, b) => Number(a) - Number(b));
    // A folder without a version is no model yet, unless someone asks for it.
    if (versions.length === 0 && names) throw new InvalidModel(name, `no version in ${join(folder, name)}`);
    for (const version of versions) models.push(await readModel(folder, name, version));
  }
  if (models.length === 0) throw new Error(`there is no model in ${folder}`);
  return models;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function readModel(folder: string, name: string, version: string): Promise<ServedModel> {
  const onnxPath = join(folder, name, version, 'model.onnx');
  const read = async <T>(reading: Promise<T>): Promise<T> =>
    reading.catch((error: Error) => {
      throw new InvalidModel(`${name}/${version}`, error.message);
    });
  const text = await read(readFile(join(folder, name, version, 'config.json'), 'utf8'));
  const model = parseModelConfig(text, { name, version, onnxPath });
  const expected = model.config.parameters.sha256?.stringValue;
  const actual = await read(sha256(onnxPath));
  if (expected !== undefined && expected !== actual) {
    throw new InvalidModel(
      model.key,
      `model.onnx is not the one that config.json describes (sha256 ${actual})`,
    );
  }
  return model;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
