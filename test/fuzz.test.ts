/**
 * Spoilt files, spoilt messages: each is answered in the words of the contract, no process ends or swells,
 * and a film scores afterwards as it did before. `npm run fuzz` tries a hundred thousand of each.
 */
import { readFileSync } from 'node:fs';
import { Client, credentials, status } from '@grpc/grpc-js';
import { connect, headers as createHeaders, type NatsConnection } from '@nats-io/transport-node';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { HEADER, STEPS, SUBJECT } from '../platform/bus/subjects.ts';
import { CropRequest, ExtractionRequest, Report } from '../proto/generated/deepxray/bus/v1/bus.ts';
import { ScoreChunk, ScoreRequest } from '../proto/generated/deepxray/v1/scoring.ts';
import { ModelInferRequest } from '../proto/generated/inference/grpc_service.ts';
import { expectSame } from './harness/expect-scores.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { mutate, mutations } from './harness/mutations.ts';
import type { MeshProcess } from './harness/processes.ts';
import { type JsonReply, scoreJson } from './harness/score.ts';

const RUNS = Number(process.env.DEEPXRAY_FUZZ_RUNS ?? 1000);
const SEED = Number(process.env.DEEPXRAY_FUZZ_SEED ?? Date.now() % 0x7fffffff);
/** At once, as one client may. */
const TOGETHER = 4;
const WARM_UP = 60;
/** A run on request takes hours. */
const TIMEOUT_MS = 60_000 + RUNS * 200;
/** Heaps grow until their collectors look; a leak would go on growing. */
const GROWTH_MB = 300;

let mesh: Mesh;
let hand: Hand;
let usual: JsonReply['body'];
let nats: NatsConnection;
let before: { processes: MeshProcess[]; memoryMb: number };

beforeAll(async () => {
  mesh = await startMesh();
  hand = await syntheticHand(1);
  // Until heaps have found their size: growth from a cold start is no leak.
  for (let warm = 0; warm < WARM_UP; warm += TOGETHER) {
    const replies = await Promise.all(Array.from({ length: TOGETHER }, () => scoreJson(mesh, hand.png)));
    usual = replies[0]!.body;
  }
  nats = await connect({ servers: mesh.natsUrl });
});
afterAll(async () => {
  await nats?.close();
  await mesh?.stop();
});

const memoryMb = (processes: MeshProcess[]) =>
  processes.reduce(
    (sum, { pid }) =>
      sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    0,
  );
const alive = () => mesh.processes().map(({ pid, role }) => ({ pid, role }));

beforeEach(() => {
  before = { processes: mesh.processes(), memoryMb: memoryMb(mesh.processes()) };
});
afterEach(async () => {
  expect(alive()).toEqual(before.processes.map(({ pid, role }) => ({ pid, role })));
  const { status: code, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
  expect({ code, detail: body.detail }).toEqual({ code: 200, detail: undefined });
  expectSame(usual, body);
  expect(memoryMb(mesh.processes()) - before.memoryMb).toBeLessThan(GROWTH_MB);
});

const check = (property: fc.IAsyncPropertyWithHooks<[readonly unknown[]]> | fc.IAsyncProperty<unknown[]>) =>
  fc.assert(property as fc.IAsyncProperty<unknown[]>, {
    numRuns: Math.ceil(RUNS / TOGETHER),
    seed: SEED,
    endOnFailure: true,
  });

/** One picture as each kind of file that clients send. */
async function everyEncoding(picture: Sharp): Promise<Buffer[]> {
  const deep = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  const samples = Uint16Array.from(deep.data, (value) => value * 257);
  return Promise.all([
    picture.clone().png().toBuffer(),
    picture.clone().png({ palette: true }).toBuffer(),
    picture.clone().jpeg().toBuffer(),
    picture.clone().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    picture.clone().webp().toBuffer(),
    picture.clone().tiff({ compression: 'none' }).toBuffer(),
    picture.clone().tiff({ compression: 'lzw', tile: true }).toBuffer(),
    sharp(samples, {
      raw: { width: deep.info.width, height: deep.info.height, channels: deep.info.channels },
    })
      .toColourspace('grey16')
      .png()
      .toBuffer(),
  ]);
}

/** Several of one kind, sent at once. */
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: TOGETHER, maxLength: TOGETHER });

test(`a spoilt film is refused, or scored for what is left of it (${RUNS} tries, seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const files = await everyEncoding(sharp(hand.png).resize({ height: 220 }));
  const noHand = await everyEncoding(
    sharp({
      create: {
        width: 160,
        height: 220,
        channels: 3,
        background: '#777',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    }),
  );
  const tally: Record<number, number> = {};
  // The way in is the same for all; what is no hand ends sooner, so that more of them are tried in an hour.
  const file = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...files) },
    { weight: 3, arbitrary: fc.constantFrom(...noHand) },
  );
  const spoilt = fc.tuple(file, mutations);
  await check(
    fc.asyncProperty(several(spoilt), async (uploads) => {
      await Promise.all(
        uploads.map(async ([file, list]) => {
          const {
            status: code,
            headers,
            body,
          } = await scoreJson(mesh, mutate(file, list), { headers: { prefer: 'wait=20' } });
          tally[code] = (tally[code] ?? 0) + 1;
          expect([200, 413, 415, 422]).toContain(code);
          expect(body.requestId).toBe(headers.get('x-request-id'));
          if (code !== 200)
            expect(body).toMatchObject({
              type: expect.stringMatching(/^\/problems\//),
              status: code,
              detail: expect.any(String),
            });
        }),
      );
    }),
  );
  console.log('spoilt films by status', tally);
});

test(`spoilt messages on NATS change nothing for others (${RUNS} tries, seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const grey = { width: 16, height: 16, pixels: new Uint8Array(256) };
  const sound = [
    CropRequest.encode({ joint: 1, crop: grey, modelVersion: '', attempt: 0 }).finish(),
    ExtractionRequest.encode({
      image: { subject: 'deepxray.pieces.nobody.0', width: 100, height: 100, pieceBytes: 1000 },
      turnedClockwiseDeg: 0,
      joints: [1, 2, 3],
      known: [],
      localisationVersion: '',
      scoringVersion: '',
      refinementVersion: '',
      attempt: 0,
      thumbnail: grey,
    }).finish(),
    Report.encode({
      instance: 'x',
      report: { $case: 'extractionDone', value: { localisation: undefined } },
    }).finish(),
  ];
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.constantFrom(...sound), mutations).map(([bytes, list]) => mutate(bytes, list)),
  );
  const subjects = [
    ...STEPS.flatMap((step) => [SUBJECT.work(step), SUBJECT.knock(step)]),
    SUBJECT.cancel,
    SUBJECT.presence,
    SUBJECT.scoresOf('nobody'),
    SUBJECT.piecesOf('nobody', '0'),
  ];
  const header = fc.oneof(
    fc.constant(undefined),
    fc.string({
      unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
      maxLength: 40,
    }),
    fc.constant('0123456789abcdef0123456789abcdef'),
    fc.nat().map(String),
    fc.constant(String(Date.now() + 500)),
  );
  const message = fc.record({
    subject: fc.constantFrom(...subjects),
    payload,
    headers: fc.record(Object.fromEntries(Object.values(HEADER).map((name) => [name, header]))),
  });
  await check(
    fc.asyncProperty(several(message), async (messages) => {
      for (const { subject, payload: data, headers } of messages) {
        const set = createHeaders();
        for (const [name, value] of Object.entries(headers)) if (value !== undefined) set.set(name, value);
        nats.publish(subject, data, { headers: set, reply: 'fuzz.nobody.reads.this' });
      }
      await nats.flush();
    }),
  );
});

test(`spoilt messages over gRPC are refused with a status (${RUNS} tries, seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const orchestrator = new Client(mesh.grpc, credentials.createInsecure());
  const modelServer = new Client(`127.0.0.1:${mesh.port('GRPC') + 1}`, credentials.createInsecure());
  const xray = Uint8Array.from(hand.png.subarray(0, 2000));
  const infer = ModelInferRequest.encode(
    ModelInferRequest.fromPartial({
      modelName: 'body-part',
      inputs: [{ name: 'image', datatype: 'UINT8', shape: [1n, 1n, 256n, 256n] }],
      rawInputContents: [new Uint8Array(65536)],
    }),
  ).finish();
  const methods: [client: Client, path: string, sound: Uint8Array, streams: boolean][] = [
    [
      orchestrator,
      '/deepxray.v1.ScoringService/Score',
      ScoreRequest.encode(ScoreRequest.fromPartial({ xray })).finish(),
      false,
    ],
    [
      orchestrator,
      '/deepxray.v1.ScoringService/ScoreStream',
      ScoreChunk.encode(ScoreChunk.fromPartial({ xray })).finish(),
      true,
    ],
    [modelServer, '/inference.GRPCInferenceService/ModelInfer', infer, false],
    [
      modelServer,
      '/inference.GRPCInferenceService/ModelMetadata',
      Buffer.from('\n\tbody-part', 'latin1'),
      false,
    ],
  ];
  const call = ([client, path, , streams]: (typeof methods)[number], bytes: Uint8Array): Promise<number> =>
    new Promise((resolve) => {
      const same = (value: Uint8Array) => Buffer.from(value);
      const deadline = Date.now() + 10_000;
      if (streams) {
        const stream = client.makeBidiStreamRequest(path, same, same, { deadline });
        stream
          .on('data', () => undefined)
          .on('error', () => undefined)
          .on('status', ({ code }) => resolve(code));
        stream.end(bytes);
      } else
        client.makeUnaryRequest(path, same, same, bytes, { deadline }, (error) =>
          resolve(error?.code ?? status.OK),
        );
    });
  // A message that is none is INTERNAL by grpc-js' own word.
  const allowed = [
    status.OK,
    status.INVALID_ARGUMENT,
    status.NOT_FOUND,
    status.FAILED_PRECONDITION,
    status.INTERNAL,
    status.RESOURCE_EXHAUSTED,
    status.UNIMPLEMENTED,
  ];
  const tally: Record<string, number> = {};
  try {
    await check(
      fc.asyncProperty(several(fc.tuple(fc.constantFrom(...methods), mutations)), async (calls) => {
        const codes = await Promise.all(calls.map(([method, list]) => call(method, mutate(method[2], list))));
        for (const code of codes) {
          tally[status[code]!] = (tally[status[code]!] ?? 0) + 1;
          expect(allowed).toContain(code);
        }
      }),
    );
  } finally {
    orchestrator.close();
    modelServer.close();
  }
  // Some get past the reading of the message: else nothing behind it was tried.
  expect(Object.keys(tally).length).toBeGreaterThan(1);
  console.log('spoilt gRPC messages by status', tally);
});
