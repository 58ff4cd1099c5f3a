/** The whole trace of a request, over HTTP, gRPC and NATS to each joint and back, against a real collector endpoint. */

import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Joint, ScoreOptions, type ScoreResponse } from '#proto/deepxray/v1/scoring.ts';
import { traceIdOf } from '../client/index.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { grpcClient, type JsonReply, scoreJson } from './harness/score.ts';
import { ONE_SCORED, SCORED, tree } from './harness/scored-trace.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';
import { type TraceTree, traceTree } from './harness/trace-tree.ts';

const PATIENT = { prefer: 'wait=30' };
const SCORES = 'process deepxray.scores.{orchestrator}';
const SERVED = 'inference.GRPCInferenceService/ModelInfer';
/** One crop, in the hands of a scorer. */
const GRADED = 'process deepxray.joint-scoring.work';

let mesh: Mesh;
let collector: TraceCollector;
let hand: Hand;
beforeAll(async () => {
  collector = await startTraceCollector();
  mesh = await startMesh({
    scoringPods: 1,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
  hand = await syntheticHand(1);
  // Whatever is slow the first time.
  await scoreJson(mesh, hand.png, { headers: PATIENT });
});
afterAll(async () => {
  await mesh?.stop();
  collector?.stop();
});

/** A tree that is whole: its root came, and nothing more for a while. */
async function wholeTrace(traceId: string, callerSpan = ''): Promise<TraceTree> {
  let count = 0;
  let since = performance.now();
  return mesh.waitUntil(
    `the whole trace ${traceId}`,
    () => {
      const tree = traceTree(collector.spans, traceId, { callerSpan });
      if (tree.spans.length !== count) {
        count = tree.spans.length;
        since = performance.now();
      }
      const hasRoot = tree.spans.some(({ parentSpanId }) => parentSpanId === callerSpan);
      return hasRoot && performance.now() - since > 700 && tree;
    },
    20_000,
  );
}

function expectSound(tree: TraceTree): void {
  expect(tree.unknown).toEqual([]);
  expect(tree.astray).toEqual([]);
  expect(tree.orphans).toEqual([]);
}

const newTrace = () => ({ traceId: crypto.randomUUID().replaceAll('-', ''), span: 'cd'.repeat(8) });
const traceparent = ({ traceId, span }: ReturnType<typeof newTrace>) => `00-${traceId}-${span}-01`;

/** So many crops are with the scorer: a full one refuses only what comes after those. */
const inHand = (traceId: string) =>
  new Set(
    collector.spans
      .filter((span) => span.traceId === traceId && span.name === 'send deepxray.joint-scoring.work')
      .map(({ attributes }) => attributes['deepxray.joint']),
  ).size;

test('a good request is one trace of every hop to each joint and back, below the span that the caller brings', async () => {
  const caller = newTrace();
  const headers = { ...PATIENT, traceparent: traceparent(caller), 'x-request-id': 'topology-1' };
  const { status, body } = await scoreJson(mesh, hand.png, { headers });
  expect([status, body.traceId]).toEqual([200, caller.traceId]);
  const whole = await wholeTrace(body.traceId, caller.span);
  expectSound(whole);
  expect(whole.text).toBe(SCORED);

  const delivered = whole.spans.filter(
    ({ name, attributes }) => name === SCORES && attributes['deepxray.joint.outcome'] === 'scored',
  );
  expect(delivered.map(({ attributes }) => attributes['deepxray.joint']).sort()).toEqual(
    [...JOINT_NAMES].sort(),
  );
  const messages = whole.spans.filter(({ kind }) => kind === 'producer' || kind === 'consumer');
  const conversations = messages.map(({ attributes }) => attributes['messaging.message.conversation_id']);
  expect(new Set(conversations).size).toBe(1);
  for (const { attributes } of messages) expect(attributes['messaging.system']).toBe('nats');
  for (const { name } of whole.spans) expect(name).not.toMatch(/_INBOX|[0-9a-f]{16}/);
});

test('a film that is no left hand ends after the body part, rejected and no fault', async () => {
  const right = await syntheticHand(2, { subject: 'right-hand' });
  const { status, body } = await scoreJson(mesh, right.png, { headers: PATIENT });
  expect(status).toBe(422);
  const whole = await wholeTrace(body.traceId);
  expectSound(whole);
  expect(whole.text).toBe(
    tree(`
        gateway: POST /score [rejected]
          gateway: deepxray.v1.ScoringService/ScoreStream [rejected]
            orchestrator: deepxray.v1.ScoringService/ScoreStream [rejected]
              orchestrator: decode radiograph
              orchestrator: knock at steps
              orchestrator: send deepxray.body-part.work
                body-part: process deepxray.body-part.work
                  body-part: inference.GRPCInferenceService/ModelInfer
                    model-server: inference.GRPCInferenceService/ModelInfer
                      model-server: infer body-part
              orchestrator: send deepxray.cancel
                body-part: process deepxray.cancel
                joint-extraction: process deepxray.cancel
                joint-scoring: process deepxray.cancel`),
  );
  expect(whole.spans.filter(({ isError }) => isError)).toEqual([]);
});

/** Crops are taken in hand and never graded while `work` runs. */
async function whileScoringStands<T>(work: () => Promise<T>): Promise<T> {
  const frozen = await mesh.freeze('model-server:joint-scoring');
  try {
    return await work();
  } finally {
    mesh.thaw(frozen);
  }
}

/** Of all but offers that a full pod refused. */
const outcomesOf = ({ spans }: TraceTree, name: string): unknown[] => [
  ...new Set(
    spans
      .filter((span) => span.name === name && !('deepxray.refusal.reason' in span.attributes))
      .map(({ attributes }) => attributes['deepxray.outcome']),
  ),
];

test('a deadline is told as one at every hop that it ended, and the pods hear of it', async () => {
  const { status, body } = await whileScoringStands(() =>
    scoreJson(mesh, hand.png, { headers: { prefer: 'wait=1.5' } }),
  );
  expect(status).toBe(504);
  await mesh.healed(15_000);
  const whole = await wholeTrace(body.traceId);
  expect([whole.unknown, whole.orphans]).toEqual([[], []]);
  for (const name of ['POST /score', 'deepxray.v1.ScoringService/ScoreStream', GRADED]) {
    expect(outcomesOf(whole, name), name).toEqual(['deadline']);
  }
  expect(whole.text).toContain('joint-scoring: process deepxray.joint-scoring.work [deadline]');
  expect(whole.text).toContain('orchestrator: send deepxray.cancel');
  expect(whole.spans.filter(({ attributes }) => attributes['deepxray.outcome'] === 'fault')).toEqual([]);
});

test('a client that hangs up cancels every hop below it, which is told from a fault', async () => {
  const caller = newTrace();
  const gone = new AbortController();
  await whileScoringStands(async () => {
    const headers = { ...PATIENT, traceparent: traceparent(caller) };
    const left = scoreJson(mesh, hand.png, { headers, signal: gone.signal }).catch(() => 'left');
    await mesh.waitUntil('crops are in hand', () => inHand(caller.traceId) >= 4, 10_000);
    gone.abort();
    expect(await left).toBe('left');
    await mesh.waitUntil(
      'the scorer has heard of it',
      () =>
        collector.spans.some(
          ({ traceId, name, service }) =>
            traceId === caller.traceId && name === 'process deepxray.cancel' && service === 'joint-scoring',
        ),
      10_000,
    );
  });
  await mesh.healed(15_000);
  const whole = await wholeTrace(caller.traceId, caller.span);
  expect([whole.unknown, whole.orphans]).toEqual([[], []]);
  for (const name of ['POST /score', 'deepxray.v1.ScoringService/ScoreStream', GRADED]) {
    expect(outcomesOf(whole, name), name).toEqual(['cancelled']);
  }
  expect(whole.text).toContain('joint-extraction: process deepxray.joint-extraction.work [cancelled]');
  expect(whole.spans.filter(({ isError }) => isError).map(({ name }) => name)).toEqual([]);
});

/** One joint of the hand, asked for over gRPC in the caller's trace. */
function scoreOne(caller: ReturnType<typeof newTrace>, film: Uint8Array = hand.png): Promise<ScoreResponse> {
  const client = grpcClient(mesh);
  const metadata = new Metadata();
  metadata.set('traceparent', traceparent(caller));
  const xray = Buffer.from(film);
  const options = ScoreOptions.create({ only: [Joint.JOINT_MCP2] });
  return new Promise<ScoreResponse>((resolve, reject) =>
    client.score({ xray, options }, metadata, { deadline: Date.now() + 30_000 }, (error, response) =>
      error ? reject(error) : resolve(response),
    ),
  ).finally(() => client.close());
}

test('an error over gRPC names its trace too', async () => {
  const caller = newTrace();
  const error: ServiceError = await scoreOne(caller, Buffer.from('GIF89a')).then(
    () => expect.fail('it was scored'),
    (thrown) => thrown,
  );
  expect(traceIdOf(error)).toBe(caller.traceId);
  expect((await wholeTrace(caller.traceId, caller.span)).text).toBe(
    tree(`
        orchestrator: deepxray.v1.ScoringService/Score [rejected]
          orchestrator: decode radiograph [rejected]
          orchestrator: knock at steps
          orchestrator: send deepxray.cancel
            body-part: process deepxray.cancel
            joint-extraction: process deepxray.cancel
            joint-scoring: process deepxray.cancel`),
  );
});

test('inferences of two radiographs that share a batch stay in their own traces and link to each other', async () => {
  const callers = Array.from({ length: 4 }, newTrace);
  const sent = await whileScoringStands(async () => {
    const all = callers.map((caller) => scoreOne(caller));
    await mesh.waitUntil(
      'all crops are in hand',
      () => callers.every(({ traceId }) => inHand(traceId) === 1),
      10_000,
    );
    return all;
  });
  for (const { joints } of await Promise.all(sent)) expect(joints).toHaveLength(1);
  const trees = await Promise.all(callers.map(({ traceId, span }) => wholeTrace(traceId, span)));
  for (const whole of trees) {
    expectSound(whole);
    expect(whole.text).toBe(ONE_SCORED);
  }
  // The first crop goes alone, those that waited go together: how many depends on the machine.
  const inferences = trees.flatMap(({ spans }) => spans.filter(({ name }) => name === 'infer joint-scoring'));
  const together = inferences.filter(({ links }) => links.length > 0);
  expect(together.length).toBeGreaterThan(1);
  for (const { spanId, links, traceId, attributes } of together) {
    expect(attributes['deepxray.batch_size']).toBe(links.length + 1);
    const others = together.filter((other) => links.includes(other.spanId));
    for (const other of others) expect(other.links).toContain(spanId);
    expect(others.map((other) => other.traceId)).not.toContain(traceId);
    expect(others).toHaveLength(links.length);
  }
});

test('a scorer that is killed leaves a trace that shows its joints asked for again and scored', async () => {
  const caller = newTrace();
  const frozen = await mesh.freeze('model-server:joint-scoring');
  let reply: JsonReply;
  try {
    const headers = { ...PATIENT, traceparent: traceparent(caller) };
    const sent = scoreJson(mesh, hand.png, { headers });
    await mesh.waitUntil('crops are in hand', () => inHand(caller.traceId) >= 4, 10_000);
    await mesh.kill('joint-scoring');
    mesh.thaw(frozen);
    reply = await sent;
  } finally {
    mesh.thaw(frozen);
  }
  await mesh.healed(15_000);
  const whole = await wholeTrace(caller.traceId, caller.span);
  expect([whole.unknown, whole.astray]).toEqual([[], []]);
  // Spans that the killed process had not sent are lost; only what its model server did hangs in the air.
  for (const { service, name } of whole.orphans) expect([service, name]).toEqual(['model-server', SERVED]);

  const again = whole.spans.filter(({ name }) => name === 'ask again');
  expect(again.length).toBeGreaterThan(0);
  const stream = whole.spans.find(
    ({ service, name }) => service === 'orchestrator' && name === 'deepxray.v1.ScoringService/ScoreStream',
  );
  expect(new Set(again.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([stream!.spanId]));
  const joints = new Set(again.flatMap(({ attributes }) => attributes['deepxray.joints'] as string[]));
  const scoredAgain = whole.spans.filter(
    ({ name, attributes }) => name === GRADED && Number(attributes['deepxray.attempt']) > 0,
  );
  expect(scoredAgain.length).toBeGreaterThan(0);
  for (const { attributes } of scoredAgain) expect(joints).toContain(attributes['deepxray.joint']);
  // What may be asked for again is bounded, so not every joint need be scored, but each is accounted for.
  expect(Object.keys(reply.body.joints).length + Object.keys(reply.body.missing).length).toBe(10);
});
