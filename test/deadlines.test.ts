/** Deadlines, and clients that go away, through the whole mesh: kept in time, and felt down to the models. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverSentEvents } from '../cli/server-sent-events.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { adminPorts } from './harness/admin-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { grpcClient, type JsonReply, scoreJson, scoreSse } from './harness/score.ts';
import { sumOfSamples } from './harness/sum-of-samples.ts';

let mesh: Mesh;
let hand: Hand;
beforeAll(async () => {
  mesh = await startMesh();
  hand = await syntheticHand(1);
  for (let warm = 0; warm < 3; warm++) await scoreJson(mesh, hand.png);
});
afterAll(async () => {
  await mesh?.stop();
});

/** By the contract an answer comes no later than this after the deadline; here in the median, since cores are shared. */
const LATE_MS = 100;

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

test.each([0.001, 0.05, 0.2, 0.5, 10])('a client that waits %d s has its answer by then', async (seconds) => {
  const replies: JsonReply[] = [];
  for (let times = 0; times < 5; times++) {
    replies.push(await scoreJson(mesh, hand.png, { headers: { prefer: `wait=${seconds}` } }));
  }
  for (const { status, headers, body } of replies) {
    expect([200, 504]).toContain(status);
    if (status === 200) continue;
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.type).toBe('/problems/deadline-exceeded');
    const told = [...Object.keys(body.joints), ...Object.keys(body.missing)].sort();
    expect(told).toEqual([...JOINT_NAMES].sort());
    expect(Object.keys(body.scores).sort()).toEqual(Object.keys(body.joints).sort());
    for (const reason of Object.values(body.missing)) expect(reason).toBe('deadline');
  }
  expect(median(replies.map(({ tookMs }) => tookMs))).toBeLessThan(seconds * 1000 + LATE_MS);
  if (seconds === 10) expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  if (seconds === 0.001) expect(replies.map(({ status }) => status)).toEqual([504, 504, 504, 504, 504]);
});

test('at a deadline the joints that were scored are told, and each of the others as missing', async () => {
  const [usual, frozen] = [await scoreJson(mesh, hand.png), await mesh.freeze('joint-scoring', 0)];
  try {
    // Long enough for the scorer that is left, too short to wait for the other's crops in vain and ask again.
    const replies: JsonReply[] = [];
    for (let times = 0; times < 5; times++) {
      replies.push(await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=0.8' } }));
    }
    const partial = replies.filter(
      ({ status, body }) => status === 504 && Object.keys(body.joints).length > 0,
    );
    expect(partial.length).toBeGreaterThan(0);
    for (const { body } of partial) {
      expect(Object.keys(body.joints).length + Object.keys(body.missing).length).toBe(JOINT_NAMES.length);
      expect(new Set(Object.values(body.missing))).toEqual(new Set(['deadline']));
      for (const [joint, { score }] of Object.entries(body.joints)) {
        expect(score).toBe(usual.body.scores[joint as keyof typeof usual.body.scores]);
      }
    }
    expect(median(replies.map(({ tookMs }) => tookMs))).toBeLessThan(800 + LATE_MS);
  } finally {
    mesh.thaw(frozen);
  }
  await mesh.healed(15_000);
});

test('whatever a deadline falls into, the client is told of it and never that a step is away', async () => {
  const told = new Set<string>();
  for (let wait = 0.02; wait < 0.1; wait += 0.002) {
    const { status, body } = await scoreJson(mesh, hand.png, {
      headers: { prefer: `wait=${wait.toFixed(3)}` },
    });
    told.add(status === 200 ? 'scored' : body.type);
  }
  expect([...told].filter((each) => each !== 'scored')).toEqual(['/problems/deadline-exceeded']);
});

test('events at a deadline tell every joint once, then a completed with status 504', async () => {
  const frozen = [await mesh.freeze('joint-scoring', 0), await mesh.freeze('joint-scoring', 1)];
  try {
    const { status, events } = await scoreSse(mesh, hand.png, { headers: { prefer: 'wait=2' } });
    expect(status).toBe(200);
    expect(events.map(({ event }) => event)).toEqual([
      'body-part',
      ...JOINT_NAMES.map(() => 'joint'),
      'completed',
    ]);
    expect(new Set(events.slice(1, 11).map(({ data }) => data.joint))).toEqual(new Set(JOINT_NAMES));
    expect(events.at(-1)!.data).toMatchObject({ status: 504 });
  } finally {
    for (const pid of frozen) mesh.thaw(pid);
  }
  await mesh.healed(15_000);
});

test('work that was asked for again is called off once its radiograph is answered', async () => {
  const frozen = await mesh.freeze('model-server:joint-scoring', 0);
  try {
    const askedAgain = () => sumOfMetric(/deepxray_joint_asked_again_total\{.*\} (\d+)/g);
    const before = await askedAgain();
    const { status, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=60' } });
    expect({ status, missing: body.missing }).toEqual({ status: 200, missing: {} });
    // Else the frozen model had nothing in hand.
    expect(await askedAgain()).toBeGreaterThan(before);
    // Its sidecar would hold them until their deadline, a minute away, and have less room for others.
    await mesh.waitUntil(
      'no sidecar holds crops',
      async () => (await sumOfMetric(/deepxray_step_in_flight\{.*joint-scoring.*\} (\d+)/g)) === 0,
      2000,
    );
  } finally {
    mesh.thaw(frozen);
  }
  await mesh.healed(15_000);
});

/** Crops that the scoring models were given since the start. */
async function cropsScored(): Promise<number> {
  expect(mesh.processes('model-server:joint-scoring').length).toBe(2);
  return sumOfMetric(/deepxray_inference_batch_size_sum\{deepxray_model_name="joint-scoring".*\} (\d+)/g);
}

/** Of all processes that answer; a frozen one does not. */
async function sumOfMetric(line: RegExp): Promise<number> {
  const texts = await Promise.all(
    adminPorts(mesh, 2).map(({ port }) =>
      fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1000) }).then(
        (response) => response.text(),
        () => '',
      ),
    ),
  );
  return sumOfSamples(texts.join('\n'), line);
}

const TIMES = 10;

test.each(['HTTP', 'gRPC'])(
  'a client that goes away over %s once the hand is known spares most of the scoring',
  async (way) => {
    await mesh.waitUntil(
      'nothing is in hand',
      async () => (await scoreJson(mesh, hand.png)).status === 200,
      10_000,
    );
    const atFirst = await cropsScored();
    expect((await scoreJson(mesh, hand.png)).status).toBe(200);
    const before = await cropsScored();
    // Else what follows would count nothing, and pass.
    expect(before - atFirst).toBe(JOINT_NAMES.length);
    for (let times = 0; times < TIMES; times++) await (way === 'HTTP' ? leaveHttp() : leaveGrpc());
    // One who stays comes after all that was left behind.
    expect((await scoreJson(mesh, hand.png)).status).toBe(200);
    const spent = (await cropsScored()) - before - JOINT_NAMES.length;
    console.log(
      `${TIMES} clients left over ${way}: ${spent} of ${TIMES * JOINT_NAMES.length} crops were scored all the same`,
    );
    expect(spent).toBeLessThan(0.3 * TIMES * JOINT_NAMES.length);
  },
);

/** Hangs up at the first event. */
async function leaveHttp(): Promise<void> {
  const gone = new AbortController();
  const body = new FormData();
  body.append('xray', new Blob([hand.png as Uint8Array<ArrayBuffer>]), 'film.png');
  const headers = { accept: 'text/event-stream' };
  const response = await fetch(`${mesh.url}/score`, { method: 'POST', body, headers, signal: gone.signal });
  for await (const { event } of serverSentEvents(response.body!)) {
    expect(event).toBe('body-part');
    break;
  }
  gone.abort();
}

async function leaveGrpc(): Promise<void> {
  const client = grpcClient(mesh);
  const call = client.scoreStream();
  call.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    call.once('data', () => {
      call.cancel();
      resolve();
    });
    call.end({ xray: hand.png as Uint8Array<ArrayBuffer>, options: undefined });
  });
  client.close();
}
