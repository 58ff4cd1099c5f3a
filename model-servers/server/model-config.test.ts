import { expect, test } from 'vitest';
import { parseModelConfig } from './model-config.ts';

const FOLDER = { name: 'grades', version: '3', onnxPath: 'grades/3/model.onnx' };
const CONFIG = {
  name: 'grades',
  platform: 'onnxruntime_onnx',
  maxBatchSize: 8,
  input: [{ name: 'crop', dataType: 'TYPE_UINT8', dims: [1, 112, 112] }],
  output: [{ name: 'grade', dataType: 'TYPE_FP32', dims: [6] }],
  dynamicBatching: { maxQueueDelayMicroseconds: '500' },
  parameters: { threshold: { stringValue: '0.9' } },
};
const parse = (changes: object = {}) => parseModelConfig(JSON.stringify({ ...CONFIG, ...changes }), FOLDER);

test('a config in protobuf’s JSON form becomes a model', () => {
  expect(parse()).toMatchObject({
    key: 'grades/3',
    inputs: [{ name: 'crop', datatype: 'UINT8', dims: [1, 112, 112] }],
    outputs: [{ name: 'grade', datatype: 'FP32', dims: [6] }],
    maxBatch: 8,
    maxQueueDelayUs: 500,
    config: { parameters: { threshold: { stringValue: '0.9' } } },
  });
});

test('without dynamicBatching no request waits for others', () => {
  expect(parse({ dynamicBatching: undefined }).maxQueueDelayUs).toBe(0);
});

test.each([
  [{ name: 'others' }, "its name is “others”, its folder's “grades”"],
  [{ platform: 'tensorrt_plan' }, 'platform is “tensorrt_plan”; this server runs onnxruntime_onnx'],
  [{ maxBatchSize: 0 }, 'maxBatchSize must be at least 1'],
  [{ input: [] }, 'it names no input'],
  [{ output: [] }, 'it names no output'],
  [{ input: [{ name: 'crop', dataType: 'TYPE_UINT8', dims: [1, -1, 112] }] }, 'a dimension of “crop” is -1'],
  [{ output: [{ name: 'grade', dataType: 'TYPE_STRING', dims: [1] }] }, 'the type of “grade” is not served'],
  [{ output: [{ name: 'crop', dataType: 'TYPE_FP32', dims: [6] }] }, 'two tensors have one name'],
])('%j is refused: %s', (changes, complaint) => {
  expect(() => parse(changes)).toThrow(`model grades/3: config.json: ${complaint}`);
});

test('what is no JSON, and a type that no protocol knows, are refused with the model’s name', () => {
  expect(() => parseModelConfig('{', FOLDER)).toThrow('model grades/3: config.json: ');
  const output = [{ name: 'grade', dataType: 'TYPE_INT4', dims: [6] }];
  expect(() => parse({ output })).toThrow('model grades/3: config.json: ');
});
