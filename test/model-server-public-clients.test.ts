/** Clients that no one here wrote: Triton's own for Python, and grpcurl, which knows us by reflection alone. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelServerProcess, pixels, startModelServer, sum } from './harness/model-server.ts';
import { getGoTool, getPython, type Tool } from './harness/tools.ts';

const run = promisify(execFile);
/** Fetching a tool for the first time; later runs find it in the cache. */
const FETCH_WITHIN_MS = 500_000;

let server: ModelServerProcess;
let python: Tool;
let grpcurl: Tool;
beforeAll(async () => {
  python = await getPython('tritonclient', ['tritonclient[grpc]']);
  grpcurl = await getGoTool('github.com/fullstorydev/grpcurl/cmd/grpcurl');
  server = await startModelServer({ DEEPXRAY_MODELS: 'tiny,mixed' });
}, FETCH_WITHIN_MS);
afterAll(() => server.stop());

test('Triton’s Python client asks, infers, is refused in its own words, and reads statistics', async ({
  skip,
}) => {
  if ('missing' in python) return skip(python.missing);
  const script = join(import.meta.dirname, 'public-clients/triton_client.py');
  const { stdout } = await run(python.path, [script, `127.0.0.1:${server.port}`]);
  expect(stdout).toBe('all well\n');
});

test('grpcurl lists, describes and calls by reflection, and asks the standard health service', async ({
  skip,
}) => {
  if ('missing' in grpcurl) return skip(grpcurl.missing);
  const { path } = grpcurl;
  const ask = async (data: object | undefined, ...what: string[]) => {
    const body = data ? ['-d', JSON.stringify(data)] : [];
    return (await run(path, ['-plaintext', ...body, `127.0.0.1:${server.port}`, ...what])).stdout;
  };
  expect((await ask(undefined, 'list')).trim().split('\n')).toEqual([
    'grpc.health.v1.Health',
    'inference.GRPCInferenceService',
  ]);
  expect(await ask(undefined, 'describe', 'inference.ModelInferRequest')).toContain(
    'map<string, .inference.InferParameter> parameters = 4;',
  );
  for (const service of ['', 'inference.GRPCInferenceService']) {
    expect(JSON.parse(await ask({ service }, 'grpc.health.v1.Health/Check'))).toEqual({ status: 'SERVING' });
  }
  const request = {
    model_name: 'tiny',
    inputs: [
      { name: 'image', datatype: 'UINT8', shape: [1, 1, 8, 8], contents: { uint_contents: [...pixels(5)] } },
    ],
    outputs: [{ name: 'total' }],
  };
  const response = JSON.parse(await ask(request, 'inference.GRPCInferenceService/ModelInfer'));
  expect(response).toEqual({
    modelName: 'tiny',
    modelVersion: '2',
    outputs: [
      { name: 'total', datatype: 'FP32', shape: ['1', '1'], contents: { fp32Contents: [sum(pixels(5))] } },
    ],
  });
});
