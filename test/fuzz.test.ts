/**
 * Spoilt files, spoilt messages: each is answered in the words of the contract, no process ends or swells,
 * and a film scores afterwards as it did before. `npm run fuzz` tries a hundred thousand of each.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, type StatusObject, status } from '@grpc/grpc-js';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { HEADER, SUBJECT } from '../platform/bus/subjects.ts';
import { Receipt, Refusal_Reason } from '../proto/generated/deepxray/bus/v1/bus.ts';
import { ScoreChunk, ScoreRequest } from '../proto/generated/deepxray/v1/scoring.ts';
import { ModelInferRequest } from '../proto/generated/inference/grpc_service.ts';
import { expectSame } from './harness/expect-scores.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { mutate, mutations } from './harness/mutations.ts';
import type { MeshProcess } from './harness/processes.ts';
import { type JsonReply, scoreJson } from './harness/score.ts';
import { type FilmInHand, headersOf, spoiltMessages } from './harness/spoilt-bus-messages.ts';

const RUNS = Number(process.env.DEEPXRAY_FUZZ_RUNS ?? 1000);
const SEED = Number(process.env.DEEPXRAY_FUZZ_SEED ?? Date.now() % 0x7fffffff);
/** At once, as one client may. */
const TOGETHER = 4;
const WARM_UP = 60;
/** Of messages on NATS, which nobody has to answer. */
const BETWEEN_BATCHES_MS = 20;
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

/** Has films scored all the while, whose own messages are spoilt too, and learns from their crops which one is in hand. */
async function scoreMeanwhile(): Promise<{ film: FilmInHand; stop(): Promise<Record<number, number>> }> {
  const film: FilmInHand = { orchestrator: '', correlationId: '' };
  const crops = nats.subscribe(SUBJECT.work('joint-scoring'), {
    callback: (_, { headers }) => {
      const scoreTo = headers?.get(HEADER.scoreTo) ?? '';
      // The first film comes before anything is spoilt.
      film.orchestrator ||= scoreTo.slice(SUBJECT.scoresOf('').length);
      if (scoreTo === SUBJECT.scoresOf(film.orchestrator))
        film.correlationId = headers!.get(HEADER.correlationId);
    },
  });
  const tally: Record<number, number> = {};
  const score = async () => {
    const { status: code } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=5' } });
    tally[code] = (tally[code] ?? 0) + 1;
  };
  await score();
  let wanted = true;
  const scoring = (async () => {
    while (wanted) await score();
  })();
  return {
    film,
    stop: async () => {
      wanted = false;
      await scoring;
      crops.unsubscribe();
      return tally;
    },
  };
}

test(`spoilt messages on NATS end no process, and each film meanwhile is answered (${RUNS} tries, seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const meanwhile = await scoreMeanwhile();
  const replies: Record<string, number> = {};
  const count = (what: string) => {
    replies[what] = (replies[what] ?? 0) + 1;
  };
  const [replyTo, scoreTo] = ['fuzz.replies', 'fuzz.reports'];
  const heard = [
    nats.subscribe(replyTo, { callback: (_, { data }) => count(receiptName(data)) }),
    nats.subscribe(scoreTo, { callback: () => count('report') }),
  ];
  await check(
    fc.asyncProperty(several(spoiltMessages), async (messages) => {
      for (const message of messages) {
        const subject = message.subjectOf(meanwhile.film);
        const headers = headersOf(message, subject, meanwhile.film, scoreTo);
        nats.publish(subject, message.payload, { headers, reply: replyTo });
      }
      await nats.flush();
      // Faster, and all pods are full and look at none of it.
      await delay(BETWEEN_BATCHES_MS);
    }),
  );
  const films = await meanwhile.stop();
  for (const one of heard) one.unsubscribe();
  console.log('spoilt NATS messages by what came of them', replies, 'films meanwhile', films);
  // They reached the pods' work, and some were done: else nothing behind the envelope was tried.
  for (const what of ['accepted', 'REASON_INVALID', 'report']) {
    expect(replies[what] ?? 0, what).toBeGreaterThan(RUNS / 100);
  }
  for (const code of Object.keys(films)) expect(['200', '503', '504']).toContain(code);
});

function receiptName(data: Uint8Array): string {
  try {
    const { receipt } = Receipt.decode(data);
    if (receipt?.$case !== 'refusal') return receipt?.$case ?? 'empty';
    return (
      Object.entries(Refusal_Reason).find(([, reason]) => reason === receipt.value.reason)?.[0] ?? 'unknown'
    );
  } catch {
    return 'no receipt';
  }
}

test(`spoilt messages over gRPC are refused with a status (${RUNS} tries, seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const orchestrator = new Client(mesh.grpc, credentials.createInsecure());
  // In the launcher's order, their ports follow the orchestrator's.
  const [bodyPart, extraction, scoring] = [1, 2, 3].map(
    (next) => new Client(`127.0.0.1:${mesh.port('GRPC') + next}`, credentials.createInsecure()),
  ) as [Client, Client, Client];
  const xray = Uint8Array.from(hand.png.subarray(0, 2000));
  const inference = (modelName: string, input: string, side: number) =>
    ModelInferRequest.encode(
      ModelInferRequest.fromPartial({
        modelName,
        inputs: [{ name: input, datatype: 'UINT8', shape: [1n, 1n, BigInt(side), BigInt(side)] }],
        rawInputContents: [new Uint8Array(side * side)],
      }),
    ).finish();
  const [infer, metadata] = ['ModelInfer', 'ModelMetadata'].map(
    (method) => `/inference.GRPCInferenceService/${method}`,
  ) as [string, string];
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
    [bodyPart, infer, inference('body-part', 'image', 256), false],
    [extraction, infer, inference('joint-localisation', 'image', 256), false],
    [extraction, infer, inference('joint-refinement', 'image', 96), false],
    [scoring, infer, inference('joint-scoring', 'crop', 112), false],
    [bodyPart, metadata, Buffer.from('\n\tbody-part', 'latin1'), false],
  ];
  const call = (
    [client, path, , streams]: (typeof methods)[number],
    bytes: Uint8Array,
  ): Promise<Pick<StatusObject, 'code' | 'details'>> =>
    new Promise((resolve) => {
      const same = (value: Uint8Array) => Buffer.from(value);
      const deadline = Date.now() + 10_000;
      if (streams) {
        const stream = client.makeBidiStreamRequest(path, same, same, { deadline });
        stream
          .on('data', () => undefined)
          .on('error', () => undefined)
          .on('status', resolve);
        stream.end(bytes);
      } else
        client.makeUnaryRequest(path, same, same, bytes, { deadline }, (error) =>
          resolve(error ?? { code: status.OK, details: '' }),
        );
    });
  const allowed = [
    status.OK,
    status.INVALID_ARGUMENT,
    status.NOT_FOUND,
    status.FAILED_PRECONDITION,
    status.RESOURCE_EXHAUSTED,
    status.UNIMPLEMENTED,
  ];
  const tally: Record<string, number> = {};
  try {
    await check(
      fc.asyncProperty(several(fc.tuple(fc.constantFrom(...methods), mutations)), async (calls) => {
        const ends = await Promise.all(calls.map(([method, list]) => call(method, mutate(method[2], list))));
        for (const { code, details } of ends) {
          tally[status[code]!] = (tally[status[code]!] ?? 0) + 1;
          // A message that is none is INTERNAL by grpc-js' own word; nothing that is read may fail so.
          if (code === status.INTERNAL) expect(details).toMatch(/deserializ/);
          else expect(allowed).toContain(code);
        }
      }),
    );
  } finally {
    for (const client of [orchestrator, bodyPart, extraction, scoring]) client.close();
  }
  // Some get past the reading of the message: else nothing behind it was tried.
  for (const code of ['OK', 'INVALID_ARGUMENT', 'NOT_FOUND'])
    expect(tally[code] ?? 0, code).toBeGreaterThan(0);
  console.log('spoilt gRPC messages by status', tally);
});
