/** The model server's protocol, over a real process and real models: what goes in, what comes out, what is refused. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InferTensorContents, ModelInferRequest } from '#proto/inference/grpc_service.ts';
import {
  failure,
  floats,
  imageRequest,
  type ModelServerProcess,
  pixels,
  startModelServer,
  sum,
  tensor,
} from './harness/model-server.ts';

let server: ModelServerProcess;
beforeAll(async () => {
  server = await startModelServer({ DEEPXRAY_MODELS: 'tiny, mixed' });
});
afterAll(() => server.stop());

const contents = (given: Partial<InferTensorContents>): InferTensorContents => ({
  boolContents: [],
  intContents: [],
  int64Contents: [],
  uintContents: [],
  uint64Contents: [],
  fp32Contents: [],
  fp64Contents: [],
  bytesContents: [],
  ...given,
});

const promised = <Response>(
  call: (callback: (error: unknown, response: Response) => void) => unknown,
): Promise<Response> =>
  new Promise((resolve, reject) => call((error, response) => (error ? reject(error) : resolve(response))));

describe('what it says of itself', () => {
  test('it is live and ready, and so are its models', async () => {
    const { stub } = server.client;
    expect(await promised((done) => stub.serverLive({}, done))).toEqual({ live: true });
    expect(await promised((done) => stub.serverReady({}, done))).toEqual({ ready: true });
    const isReady = (name: string, version = '') =>
      promised((done) => stub.modelReady({ name, version }, done));
    expect(await isReady('tiny')).toEqual({ ready: true });
    expect(await isReady('tiny', '1')).toEqual({ ready: true });
    expect(await isReady('tiny', '9')).toEqual({ ready: false });
    expect(await isReady('slow')).toEqual({ ready: false });
  });

  test('it tells its extensions, and a model’s tensors with the batch as a variable dimension', async () => {
    const { stub } = server.client;
    const about = await promised<{ name: string; extensions: string[] }>((done) =>
      stub.serverMetadata({}, done),
    );
    expect(about).toMatchObject({
      name: 'deepxray-model-server',
      extensions: ['model_configuration', 'statistics'],
    });
    expect(await promised((done) => stub.modelMetadata({ name: 'tiny', version: '' }, done))).toEqual({
      name: 'tiny',
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1n, 1n, 8n, 8n] }],
      outputs: [
        { name: 'scaled', datatype: 'FP32', shape: [-1n, 1n, 8n, 8n] },
        { name: 'total', datatype: 'FP32', shape: [-1n, 1n] },
      ],
    });
  });

  test('it gives a model’s config with its parameters', async () => {
    const { stub } = server.client;
    const { config } = await promised<{ config: unknown }>((done) =>
      stub.modelConfig({ name: 'mixed', version: '' }, done),
    );
    expect(config).toMatchObject({
      name: 'mixed',
      maxBatchSize: 4,
      parameters: { threshold: { stringValue: '0.5' } },
    });
  });
});

describe('tensors', () => {
  test('raw in, raw out, with the id given back and the latest version where none is asked', async () => {
    const image = pixels(3);
    const response = await server.client.infer(imageRequest('tiny', image, { id: 'film-7' }));
    expect(response).toMatchObject({ modelName: 'tiny', modelVersion: '2', id: 'film-7' });
    expect(response.outputs).toMatchObject([
      { name: 'scaled', datatype: 'FP32', shape: [1n, 1n, 8n, 8n], contents: undefined },
      { name: 'total', datatype: 'FP32', shape: [1n, 1n], contents: undefined },
    ]);
    expect(floats(response, 'scaled')).toEqual(Float32Array.from(image, (value) => 3 * value));
    expect(floats(response, 'total')).toEqual(Float32Array.of(sum(image)));
  });

  test('an older version answers when it is asked for', async () => {
    const image = pixels(4);
    const response = await server.client.infer(imageRequest('tiny', image, { modelVersion: '1' }));
    expect(response.modelVersion).toBe('1');
    expect(floats(response, 'scaled')).toEqual(Float32Array.from(image, (value) => 2 * value));
  });

  test('several samples in one request come back in their order', async () => {
    const images = pixels(5, 8);
    const response = await server.client.infer(imageRequest('tiny', images));
    const each = Array.from({ length: 8 }, (_, i) => sum(images.subarray(64 * i, 64 * (i + 1))));
    expect(response.outputs[1]!.shape).toEqual([8n, 1n]);
    expect(floats(response, 'total')).toEqual(Float32Array.from(each));
  });

  test('only the outputs asked for come, in the order asked', async () => {
    const ask = (...names: string[]) => names.map((name) => ({ name, parameters: {} }));
    const one = await server.client.infer(imageRequest('tiny', pixels(6), { outputs: ask('total') }));
    expect(one.outputs.map(({ name }) => name)).toEqual(['total']);
    expect(one.rawOutputContents).toHaveLength(1);
    const both = await server.client.infer(
      imageRequest('tiny', pixels(6), { outputs: ask('total', 'scaled') }),
    );
    expect(both.outputs.map(({ name }) => name)).toEqual(['total', 'scaled']);
    expect(floats(both, 'total')).toEqual(floats(one, 'total'));
  });

  const mixedTyped = (): ModelInferRequest => ({
    modelName: 'mixed',
    modelVersion: '',
    id: '',
    parameters: {},
    inputs: [
      // In another order than the model's.
      { ...tensor('flag', 'BOOL', [2, 1]), contents: contents({ boolContents: [true, false] }) },
      {
        ...tensor('count', 'INT64', [2, 3]),
        contents: contents({ int64Contents: [1n, -2n, 3n, 2n ** 40n, 5n, 6n] }),
      },
      {
        ...tensor('weight', 'FP32', [2, 3]),
        contents: contents({ fp32Contents: [0.5, 0.25, 2, 1, 1.5, -1] }),
      },
    ],
    outputs: [],
    rawInputContents: [],
  });

  test('typed in, typed out, for each kind of number and for booleans', async () => {
    const { outputs, rawOutputContents } = await server.client.infer(mixedTyped());
    expect(rawOutputContents).toEqual([]);
    expect(outputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['product', 'FP64', [2n, 3n]],
      ['sum', 'INT64', [2n, 1n]],
      ['not', 'BOOL', [2n, 1n]],
    ]);
    expect(outputs[0]!.contents!.fp64Contents).toEqual([0.5, -0.5, 6, 2 ** 40, 7.5, -6]);
    expect(outputs[1]!.contents!.int64Contents).toEqual([2n, 2n ** 40n + 11n]);
    expect(outputs[2]!.contents!.boolContents).toEqual([false, true]);
  });

  test('typed in, raw out where raw is asked for, and the other way round', async () => {
    const asRaw = (value: boolean) => ({
      binary_data_output: { parameterChoice: { $case: 'boolParam' as const, value } },
    });
    const raw = await server.client.infer({ ...mixedTyped(), parameters: asRaw(true) });
    expect(raw.outputs.every(({ contents }) => contents === undefined)).toBe(true);
    expect(Buffer.from(raw.rawOutputContents[1]!).readBigInt64LE(0)).toBe(2n);
    const typed = await server.client.infer(imageRequest('tiny', pixels(7), { parameters: asRaw(false) }));
    expect(typed.outputs[1]!.contents!.fp32Contents).toEqual([sum(pixels(7))]);
  });
});

describe('what is refused, in Triton’s words', () => {
  const refused = async (request: ModelInferRequest) => {
    const { code, details } = await failure(server.client.infer(request));
    return [code, details];
  };
  const image = pixels(1);
  const one = imageRequest('tiny', image);
  const withInput = (more: object) => ({ ...one, inputs: [{ ...one.inputs[0]!, ...more }] });

  test('a model or version that is not there is NOT_FOUND', async () => {
    expect(await refused(imageRequest('nobody', image))).toEqual([
      status.NOT_FOUND,
      "Request for unknown model: 'nobody' is not found",
    ]);
    expect(await refused({ ...one, modelVersion: '3' })).toEqual([
      status.NOT_FOUND,
      "Request for unknown model: 'tiny' version 3 is not found",
    ]);
  });

  const invalid: [string, ModelInferRequest, string][] = [
    [
      'an input of another name',
      withInput({ name: 'picture' }),
      "unexpected inference input 'picture' for model 'tiny'",
    ],
    [
      'an input that is missing',
      { ...one, inputs: [], rawInputContents: [] },
      "expected 1 inputs but got 0 inputs for model 'tiny'. Got input(s) [], but missing required input(s) ['image']. " +
        'Please provide all required input(s).',
    ],
    [
      'an input given twice',
      { ...one, inputs: [one.inputs[0]!, one.inputs[0]!] },
      "input 'image' already exists in request",
    ],
    [
      'another datatype',
      withInput({ datatype: 'FP32' }),
      "inference input 'image' data-type is 'FP32', but model 'tiny' expects 'UINT8'",
    ],
    [
      'another shape',
      withInput({ shape: [1n, 1n, 4n, 16n] }),
      "unexpected shape for input 'image' for model 'tiny'. Expected [-1,1,8,8], got [1,1,4,16]",
    ],
    [
      'no batch dimension',
      withInput({ shape: [1n, 8n, 8n] }),
      "unexpected shape for input 'image' for model 'tiny'. Expected [-1,1,8,8], got [1,8,8]",
    ],
    [
      'a batch of none',
      withInput({ shape: [0n, 1n, 8n, 8n] }),
      "unexpected shape for input 'image' for model 'tiny'. Expected [-1,1,8,8], got [0,1,8,8]",
    ],
    [
      'a negative batch',
      withInput({ shape: [-1n, 1n, 8n, 8n] }),
      "unexpected shape for input 'image' for model 'tiny'. Expected [-1,1,8,8], got [-1,1,8,8]",
    ],
    [
      'a batch above the model’s',
      imageRequest('tiny', pixels(1, 9)),
      "inference request batch-size must be <= 8 for 'tiny'",
    ],
    [
      'a shape that no memory holds',
      withInput({ shape: [2n ** 62n, 1n, 8n, 8n] }),
      "inference request batch-size must be <= 8 for 'tiny'",
    ],
    [
      'fewer bytes than the shape says',
      { ...one, rawInputContents: [Buffer.alloc(63)] },
      "input byte size mismatch for input 'image' for model 'tiny'. Expected 64, got 63",
    ],
    [
      'more bytes than the shape says',
      { ...one, rawInputContents: [Buffer.alloc(128)] },
      "input byte size mismatch for input 'image' for model 'tiny'. Expected 64, got 128",
    ],
    [
      'raw contents of more inputs than there are',
      { ...one, rawInputContents: [Buffer.alloc(64), Buffer.alloc(64)] },
      "expected one entry of raw_input_contents an input, 1, but got 2 for model 'tiny'",
    ],
    [
      'raw and typed contents together',
      withInput({ contents: contents({ uintContents: [...image] }) }),
      "contents field must not be specified when using raw_input_contents for 'image' for model 'tiny'",
    ],
    [
      'neither raw nor typed contents',
      { ...one, rawInputContents: [] },
      "unexpected number of values for input 'image' for model 'tiny'. Expected 64, got 0",
    ],
    [
      'typed contents in the wrong field',
      { ...withInput({ contents: contents({ intContents: [...image] }) }), rawInputContents: [] },
      "the contents of input 'image' for model 'tiny' are not of its datatype, UINT8",
    ],
    [
      'a typed value beyond its datatype',
      { ...withInput({ contents: contents({ uintContents: Array(64).fill(256) }) }), rawInputContents: [] },
      "the contents of input 'image' for model 'tiny' are not of its datatype, UINT8",
    ],
    [
      'an output that the model has not',
      { ...one, outputs: [{ name: 'score', parameters: {} }] },
      "unexpected inference output 'score' for model 'tiny'",
    ],
    [
      'a timeout that is no number',
      { ...one, parameters: { timeout: { parameterChoice: { $case: 'stringParam', value: 'soon' } } } },
      "parameter 'timeout' must be a whole number of microseconds",
    ],
    [
      'inputs of different batch sizes',
      {
        ...imageRequest('mixed', image),
        inputs: [
          tensor('count', 'INT64', [1, 3]),
          tensor('weight', 'FP32', [2, 3]),
          tensor('flag', 'BOOL', [1, 1]),
        ],
        rawInputContents: [Buffer.alloc(24), Buffer.alloc(24), Buffer.alloc(1)],
      },
      "input 'weight' batch size does not match other inputs for 'mixed'",
    ],
  ];
  test.each(invalid)('%s is INVALID_ARGUMENT', async (_, request, details) => {
    expect(await refused(request)).toEqual([status.INVALID_ARGUMENT, details]);
  });

  test('a message beyond 16 MiB is RESOURCE_EXHAUSTED, and the next call is served', async () => {
    const huge = { ...one, rawInputContents: [Buffer.alloc(17 * 1024 * 1024)] };
    expect((await refused(huge))[0]).toBe(status.RESOURCE_EXHAUSTED);
    expect(floats(await server.client.infer(one), 'total')).toEqual(Float32Array.of(sum(image)));
  });

  test('every refusal is counted among the model’s failures', async () => {
    const before = (await server.client.statistics('mixed')).inferenceStats!.fail!.count;
    await refused({ ...imageRequest('mixed', image) });
    expect((await server.client.statistics('mixed')).inferenceStats!.fail!.count).toBe(before + 1n);
  });
});

test('statistics count requests, samples and runs, and how long each part took', async () => {
  const before = await server.client.statistics('tiny', '1');
  for (const images of [1, 3, 3]) {
    await server.client.infer(imageRequest('tiny', pixels(2, images), { modelVersion: '1' }));
  }
  const after = await server.client.statistics('tiny', '1');
  expect(after.inferenceCount - before.inferenceCount).toBe(7n);
  expect(after.executionCount - before.executionCount).toBe(3n);
  const { success, queue, computeInput, computeInfer, computeOutput } = after.inferenceStats!;
  expect(success!.count - before.inferenceStats!.success!.count).toBe(3n);
  for (const part of [queue, computeInput, computeInfer, computeOutput]) {
    expect(part!.count).toBe(success!.count);
    expect(part!.ns).toBeGreaterThan(0n);
    expect(part!.ns).toBeLessThan(success!.ns);
  }
  expect(
    after.batchStats.find(({ batchSize }) => batchSize === 3n)!.computeInfer!.count,
  ).toBeGreaterThanOrEqual(2n);
  expect(Math.abs(Number(after.lastInference) - Date.now())).toBeLessThan(10_000);
});
