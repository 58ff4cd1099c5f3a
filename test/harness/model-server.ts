/** A real model server process over the fixtures' tiny models (or another repository), and a client of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type CallOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  GRPCInferenceServiceClient,
  type InferParameter,
  type ModelInferRequest,
  type ModelInferResponse,
  type ModelStatistics,
} from '#proto/inference/grpc_service.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = join(import.meta.dirname, '../..');
export const FIXTURE_MODELS = join(ROOT, 'test/fixtures/models');

type LogLine = { msg: string; level: string; [key: string]: unknown };

export type ModelServerProcess = {
  port: number;
  pid: number;
  client: InferenceClient;
  log: LogLine[];
  /** What it wrote that is no log line. */
  output(): string;
  /** How it ended, as far as it has. */
  exit(): { code: number | null; signal: NodeJS.Signals | null };
  /** Its exit code; asks with `signal` unless it has ended by itself. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Resolves when it listens; `ready` too unless `untilReady` is false. Throws if it ends before. */
export async function startModelServer(
  settings: Record<string, string> = {},
  { untilReady = true }: { untilReady?: boolean } = {},
): Promise<ModelServerProcess> {
  const child = spawn(process.execPath, ['model-servers/server/main.ts', '--role=model-server:test'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DEEPXRAY_GRPC_PORT: '0',
      DEEPXRAY_ADMIN_PORT: '0',
      DEEPXRAY_MODEL_REPOSITORY: FIXTURE_MODELS,
      ...settings,
    },
  });
  const log: LogLine[] = [];
  let output = '';
  eachLine(child, (line) => {
    if (line.startsWith('{')) log.push(JSON.parse(line));
    else output += `${line}\n`;
  });
  const explain = () => `${log.map((line) => JSON.stringify(line)).join('\n')}\n${output}`;
  const logged = (msg: string) =>
    waitUntil(
      `the model server says “${msg}”`,
      () => {
        const line = log.find((each) => each.msg === msg);
        if (!line && child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        return line;
      },
      { within: child.exitCode === null ? 20_000 : 0, explain },
    );
  try {
    const port = Number((await logged('listening')).grpcPort);
    if (untilReady) await logged('started');
    const client = createInferenceClient(`127.0.0.1:${port}`);
    return {
      port,
      pid: child.pid!,
      client,
      log,
      output: () => output,
      exit: () => ({ code: child.exitCode, signal: child.signalCode }),
      async stop(signal = 'SIGTERM') {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill(signal);
          await once(child, 'exit');
        }
        client.close();
        return child.exitCode;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** What a process that cannot start says, and its exit code. */
export async function failToStart(
  settings: Record<string, string>,
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['model-servers/server/main.ts', '--role=model-server:test'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEEPXRAY_GRPC_PORT: '0', DEEPXRAY_ADMIN_PORT: '0', ...settings },
  });
  let said = '';
  eachLine(child, (line) => {
    said += `${line}\n`;
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

function eachLine(child: ChildProcess, take: (line: string) => void): void {
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) take(line);
    });
  }
}

export type InferenceClient = {
  /** Throws the ServiceError. */
  infer(request: ModelInferRequest, options?: Partial<CallOptions>): Promise<ModelInferResponse>;
  /** As `infer`, and how to cancel it. */
  begin(request: ModelInferRequest): { answer: Promise<ModelInferResponse>; cancel: () => void };
  statistics(model: string, version?: string): Promise<ModelStatistics>;
  isReady(): Promise<boolean>;
  /** For all other calls. */
  stub: GRPCInferenceServiceClient;
  close(): void;
};

const PATIENCE_MS = 20_000;

export function createInferenceClient(address: string): InferenceClient {
  const stub = new GRPCInferenceServiceClient(address, credentials.createInsecure());
  const begin = (request: ModelInferRequest, options: Partial<CallOptions> = {}) => {
    let cancel = () => {};
    const answer = new Promise<ModelInferResponse>((resolve, reject) => {
      const all = { deadline: Date.now() + PATIENCE_MS, ...options };
      const call = stub.modelInfer(request, new Metadata(), all, (error, response) =>
        error ? reject(error) : resolve(response),
      );
      cancel = () => call.cancel();
    });
    return { answer, cancel };
  };
  return {
    stub,
    begin,
    infer: (request, options) => begin(request, options).answer,
    statistics: (name, version = '') =>
      new Promise((resolve, reject) =>
        stub.modelStatistics({ name, version }, (error, response) =>
          error ? reject(error) : resolve(response.modelStats.at(-1)!),
        ),
      ),
    isReady: () =>
      new Promise((resolve, reject) =>
        stub.serverReady({}, (error, response) => (error ? reject(error) : resolve(response.ready))),
      ),
    close: () => stub.close(),
  };
}

/** Images of 8 × 8 pixels for the fixtures' models, as raw UINT8. */
export const imageRequest = (
  model: string,
  pixels: Uint8Array,
  more: Partial<ModelInferRequest> = {},
): ModelInferRequest => ({
  modelName: model,
  modelVersion: '',
  id: '',
  parameters: {},
  inputs: [tensor('image', 'UINT8', [pixels.length / 64, 1, 8, 8])],
  outputs: [],
  rawInputContents: [Buffer.from(pixels)],
  ...more,
});

export const tensor = (name: string, datatype: string, shape: number[]) => ({
  name,
  datatype,
  shape: shape.map(BigInt),
  parameters: {},
  contents: undefined,
});

export const pixels = (seed: number, images = 1): Uint8Array =>
  Uint8Array.from({ length: images * 64 }, (_, i) => (seed * 37 + i * 11 + (i % 7) * seed) % 256);

export const sum = (values: Uint8Array): number => values.reduce((total, value) => total + value, 0);

export const int64Parameter = (value: bigint): InferParameter => ({
  parameterChoice: { $case: 'int64Param', value },
});

/** The values of a raw FP32 output. */
export function floats(response: ModelInferResponse, output: string): Float32Array {
  const raw = response.rawOutputContents[response.outputs.findIndex(({ name }) => name === output)]!;
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
}

/** What a call fails with. */
export const failure = (call: Promise<unknown>): Promise<ServiceError> =>
  call.then(
    () => {
      throw new Error('the call should have failed');
    },
    (error: ServiceError) => error,
  );
