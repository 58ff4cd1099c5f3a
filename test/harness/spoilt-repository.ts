/** The model repository with one network whose weights are partly lost: a deliberately worse model. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

const REPOSITORY = join(import.meta.dirname, '..', '..', 'model-servers', 'repository');

/** Numbers of fields in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_RAW_DATA = 9;

/** @returns the folder for DEEPXRAY_MODEL_REPOSITORY; remove it when done. */
export const spoiltRepository = (model: string): Promise<string> =>
  changedRepository(model, (onnx) => {
    for (const weights of largestTensors(onnx, 3)) weights.fill(0);
    return onnx;
  });

/** A copy of the repository with one network changed. */
export async function changedRepository(
  model: string,
  change: (onnx: Uint8Array) => Uint8Array,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spoilt-'));
  await cp(REPOSITORY, folder, { recursive: true });
  const version = join(folder, model, '1');
  const onnx = change(await readFile(join(version, 'model.onnx')));
  await writeFile(join(version, 'model.onnx'), onnx);
  const config = JSON.parse(await readFile(join(version, 'config.json'), 'utf8'));
  config.parameters.sha256 = { stringValue: createHash('sha256').update(onnx).digest('hex') };
  await writeFile(join(version, 'config.json'), JSON.stringify(config));
  return folder;
}

/** Views into the file: what is written to them is written to it. */
function largestTensors(onnx: Uint8Array, count: number): Uint8Array[] {
  return fieldsOf(onnx, MODEL_GRAPH)
    .flatMap((graph) => fieldsOf(graph, GRAPH_INITIALIZER))
    .flatMap((tensor) => fieldsOf(tensor, TENSOR_RAW_DATA))
    .sort((one, other) => other.length - one.length)
    .slice(0, count);
}

function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === WireType.LengthDelimited) {
      const length = reader.uint32();
      found.push(message.subarray(reader.pos, reader.pos + length));
      reader.pos += length;
    } else {
      reader.skip(type, field);
    }
  }
  return found;
}
