import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelConfig, ModelInferRequest } from '#proto/inference/grpc_service.ts';
import type { ServedModel } from './model.ts';
import { readInputs, requestedOutputs, writeOutputs } from './tensors.ts';
import { InferenceError } from './triton-errors.ts';

const MODEL: ServedModel = {
  key: 'm/1',
  name: 'm',
  version: '1',
  onnxPath: '',
  inputs: [
    { name: 'image', datatype: 'UINT8', dims: [1, 2, 2] },
    { name: 'weight', datatype: 'FP32', dims: [2] },
  ],
  outputs: [
    { name: 'grade', datatype: 'FP32', dims: [2] },
    { name: 'scorable', datatype: 'BOOL', dims: [1] },
  ],
  maxBatch: 4,
  maxQueueDelayUs: 0,
  config: ModelConfig.fromJSON({}),
};

const request = (changes: object = {}) =>
  ModelInferRequest.fromPartial({
    modelName: 'm',
    inputs: [
      { name: 'weight', datatype: 'FP32', shape: [1n, 2n] },
      { name: 'image', datatype: 'UINT8', shape: [1n, 1n, 2n, 2n] },
    ],
    rawInputContents: [Buffer.alloc(8, 1), Buffer.alloc(4, 2)],
    ...changes,
  });

test('inputs come in the model’s order, whatever the request’s', () => {
  const { samples, inputs } = readInputs(request(), MODEL);
  expect(samples).toBe(1);
  expect(inputs.map((bytes) => [bytes.length, bytes[0]])).toEqual([
    [4, 2],
    [8, 1],
  ]);
});

test('outputs asked for come in the order asked, with the batch in their shapes', () => {
  const asked = request({ outputs: [{ name: 'scorable' }, { name: 'grade' }] });
  const outputs = [new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer), Uint8Array.of(1, 0)];
  const written = writeOutputs(MODEL, requestedOutputs(asked, MODEL), 2, outputs, false);
  expect(written.rawOutputContents).toEqual([]);
  expect(written.outputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['scorable', [2n, 1n]],
    ['grade', [2n, 2n]],
  ]);
  expect(written.outputs[0]!.contents!.boolContents).toEqual([true, false]);
  expect(written.outputs[1]!.contents!.fp32Contents).toEqual([1, 2, 3, 4]);
});

test('whatever comes over the wire is read as the shape says, or is INVALID_ARGUMENT', () => {
  const bytes = (length: number) => Buffer.alloc(length);
  const oneOf = fc.constantFrom;
  const tensor = fc.record({
    name: oneOf('image', 'weight', 'other'),
    datatype: oneOf('UINT8', 'FP32', 'BYTES', ''),
    shape: oneOf([1n, 1n, 2n, 2n], [3n, 1n, 2n, 2n], [1n, 2n], [3n, 2n], [2n ** 63n - 1n, 2n], [-4n, 2n], []),
    contents: fc.option(
      fc.record({
        uintContents: fc.array(fc.nat(300), { maxLength: 5 }),
        fp32Contents: fc.array(fc.float()),
      }),
      { nil: undefined },
    ),
  });
  const anything = fc.record({
    inputs: fc.array(tensor, { maxLength: 3 }),
    rawInputContents: fc.array(oneOf(0, 4, 8, 12, 24).map(bytes), { maxLength: 3 }),
    outputs: fc.array(fc.record({ name: oneOf('grade', 'other') }), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(anything, (changes) => {
      const given = request(changes);
      try {
        requestedOutputs(given, MODEL);
        const { samples, inputs } = readInputs(given, MODEL);
        expect(inputs.map(({ length }) => length)).toEqual([4 * samples, 8 * samples]);
      } catch (thrown) {
        if (!(thrown instanceof InferenceError)) throw thrown;
        expect(thrown.code).toBe(status.INVALID_ARGUMENT);
      }
    }),
    { numRuns: 2000 },
  );
});
