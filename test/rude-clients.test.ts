/** Clients that send too much, too slowly, or go away, through the whole mesh: nothing is left in hand, and the next film is scored. */
import { readdirSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { adminPorts } from './harness/admin-ports.ts';
import { expectSame } from './harness/expect-scores.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { connectRaw, FORM, formOf, postHead, type RawConnection } from './harness/raw-http.ts';
import { grpcClient, type JsonReply, scoreGrpcStream, scoreJson } from './harness/score.ts';

const MAX_BYTES = 4 * 1024 * 1024;
/** At once, of the 24 that one client may have. */
const TOGETHER = 4;

let mesh: Mesh;
let hand: Hand;
let usual: JsonReply['body'];
let handles: number;
beforeAll(async () => {
  mesh = await startMesh({ scoringPods: 1, env: { DEEPXRAY_MAX_UPLOAD_BYTES: String(MAX_BYTES) } });
  hand = await syntheticHand(1);
  usual = (await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } })).body;
  handles = handlesInAll();
});
afterAll(async () => {
  await mesh?.stop();
});

let clients: RawConnection[] = [];
afterEach(async () => {
  try {
    await mesh.waitUntil('nothing is in hand', async () => (await inHand()) === 0, 10_000);
  } finally {
    for (const { socket } of clients) socket.destroy();
    clients = [];
  }
  const { status: code, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
  expect({ code, detail: body.detail }).toEqual({ code: 200, detail: undefined });
  expectSame(usual, body);
  // Up to three connections that are kept for a next request.
  await mesh.waitUntil('no handle is left', () => handlesInAll() <= handles + 3, 10_000);
});

const handlesInAll = () =>
  mesh.processes().reduce((sum, { pid }) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);

/** Radiographs at the gateway and at the orchestrator. */
async function inHand(): Promise<number> {
  const [gateway, orchestrator] = ['gateway', 'orchestrator'].map((role) =>
    adminPorts(mesh, 1).find((one) => one.role === role),
  );
  const texts = await Promise.all(
    [gateway, orchestrator].map(async (one) => (await fetch(`http://127.0.0.1:${one!.port}/metrics`)).text()),
  );
  const values = texts.map((text) => /^deepxray_scorings_in_flight(?:\{.*\})? (\d+)$/m.exec(text)![1]);
  return values.reduce((sum, value) => sum + Number(value), 0);
}

/** The head of an upload of the film, from a connection that stays open. */
async function beginUpload(headers: Record<string, string> = {}): Promise<RawConnection> {
  const connection = await connectRaw(mesh.port('HTTP'));
  clients.push(connection);
  const length = String(formOf(hand.png).length);
  connection.send(postHead({ 'content-type': FORM, 'content-length': length, ...headers }));
  return connection;
}
const several = <T>(one: () => Promise<T>) => Promise.all(Array.from({ length: TOGETHER }, one));
const half = () => formOf(hand.png).subarray(0, hand.png.length >> 1);

test('a film beyond the limit is refused over gRPC, in pieces and whole', async () => {
  const tooLarge = Buffer.concat([hand.png, Buffer.alloc(MAX_BYTES)]);
  await expect(scoreGrpcStream(mesh, tooLarge)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  const client = grpcClient(mesh);
  const refusal = await new Promise<{ code?: number } | null>((resolve) => {
    client.score({ xray: Uint8Array.from(tooLarge), options: undefined }, resolve);
  });
  client.close();
  expect(refusal?.code).toBe(status.RESOURCE_EXHAUSTED);
});

test('who hangs up midway through the upload leaves nothing behind', async () => {
  for (let round = 0; round < 5; round++) {
    const connections = await several(() => beginUpload());
    for (const one of connections) one.send(half());
    await mesh.waitUntil('they are in hand', async () => (await inHand()) > 0, 10_000);
    for (const { socket } of connections) socket.resetAndDestroy();
    await mesh.waitUntil('nothing is in hand', async () => (await inHand()) === 0, 10_000);
  }
});

/** By the contract 100 ms; here four at once, on cores that others may use. */
const LATE_MS = 500;

test('who stops sending, and stays, is told so at its deadline', async () => {
  const began = performance.now();
  const connections = await several(() => beginUpload({ prefer: 'wait=1' }));
  for (const one of connections) one.send(half());
  const answers = await Promise.all(connections.map((one) => one.until(/deadline-exceeded/)));
  expect(performance.now() - began).toBeLessThan(1000 + LATE_MS);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 504/);
});

test('whose events lie unread for a while has its film scored, and holds no place', async () => {
  const connections = await several(() => beginUpload({ accept: 'text/event-stream', prefer: 'wait=30' }));
  for (const { socket } of connections) socket.pause();
  for (const one of connections) one.send(formOf(hand.png));
  await mesh.waitUntil('they are in hand', async () => (await inHand()) > 0, 10_000);
  await mesh.waitUntil('nothing is in hand', async () => (await inHand()) === 0, 30_000);
  for (const { socket } of connections) socket.resume();
  for (const one of connections) expect(await one.until(/event: completed/)).toMatch(/"status":200/);
});
