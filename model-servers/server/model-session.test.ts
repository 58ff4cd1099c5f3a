/** Against real onnxruntime sessions of the fixtures' models. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TensorSpec } from './model.ts';
import { openModelSession } from './model-session.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/models');
const IMAGE: TensorSpec = { name: 'image', datatype: 'UINT8', dims: [1, 8, 8] };
const SCALED: TensorSpec = { name: 'scaled', datatype: 'FP32', dims: [1, 8, 8] };
const TOTAL: TensorSpec = { name: 'total', datatype: 'FP32', dims: [1] };
const tiny = (inputs: TensorSpec[], outputs: TensorSpec[]) =>
  openModelSession(
    { key: 'tiny/1', onnxPath: join(FIXTURES, 'tiny/1/model.onnx'), inputs, outputs, maxBatch: 8 },
    1,
  );

test('it runs a batch and gives the outputs’ bytes in the config’s order', async () => {
  const { session, warnings } = await tiny([IMAGE], [TOTAL, SCALED]);
  expect(warnings).toEqual([]);
  const [total, scaled] = await session.run(2, [new Uint8Array(128).fill(1).fill(2, 64).buffer]);
  expect(new Float32Array(total!)).toEqual(Float32Array.of(64, 128));
  expect(new Float32Array(scaled!)).toEqual(new Float32Array(128).fill(2).fill(4, 64));
});

test('a config may leave out outputs of the network', async () => {
  const { session } = await tiny([IMAGE], [TOTAL]);
  expect(await session.run(1, [new ArrayBuffer(64)])).toHaveLength(1);
});

test.each<[TensorSpec[], TensorSpec[], string]>([
  [[{ ...IMAGE, name: 'picture' }], [TOTAL], 'model.onnx has no input “picture”; it has image'],
  [[IMAGE], [{ ...TOTAL, name: 'score' }], 'model.onnx has no output “score”; it has scaled, total'],
  [[{ ...IMAGE, datatype: 'FP32' }], [TOTAL], 'input “image” is uint8 in model.onnx, FP32 in config.json'],
  [[IMAGE], [{ ...TOTAL, datatype: 'FP64' }], 'output “total” is float32 in model.onnx, FP64 in config.json'],
  [
    [{ ...IMAGE, dims: [1, 8, 9] }],
    [TOTAL],
    'input “image” is [-1,1,8,8] in model.onnx, [-1,1,8,9] in config.json',
  ],
  [[IMAGE], [{ ...TOTAL, dims: [2] }], 'output “total” is [-1,1] in model.onnx, [-1,2] in config.json'],
])('a config that does not fit the network is refused', async (inputs, outputs, complaint) => {
  await expect(tiny(inputs, outputs)).rejects.toThrow(complaint);
});

test('a network that takes more than the config names is refused', async () => {
  const count: TensorSpec = { name: 'count', datatype: 'INT64', dims: [3] };
  const opening = openModelSession(
    {
      key: 'mixed/1',
      onnxPath: join(FIXTURES, 'mixed/1/model.onnx'),
      inputs: [count],
      outputs: [{ name: 'sum', datatype: 'INT64', dims: [1] }],
      maxBatch: 4,
    },
    1,
  );
  await expect(opening).rejects.toThrow('model.onnx takes count, weight, flag, more than config.json names');
});
