/** The walk of a radiograph, on hands whose joints are known: whole, repeatable, early, never mixed up. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { distances, expectSame, expectWhole } from './harness/expect-scores.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreGrpcStream, scoreJson, scoreSse } from './harness/score.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';

/** Many at once on few cores, here as at a client's: all patient. */
const PATIENT = { prefer: 'wait=60' };

let mesh: Mesh;
let collector: TraceCollector;
beforeAll(async () => {
  collector = await startTraceCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' };
  mesh = await startMesh({ env });
});
afterAll(async () => {
  await mesh?.stop();
  collector?.stop();
});

const score = async (hand: Pick<Hand, 'png'>) => {
  const { status, body } = await scoreJson(mesh, hand.png, { headers: PATIENT });
  expect({ status, detail: body.detail }).toEqual({ status: 200, detail: undefined });
  expectWhole(body);
  return body;
};

/** Its joints lie where the hand's are: nobody else's answer would fit. */
const expectPlaces = (answer: Awaited<ReturnType<typeof score>>, hand: Hand) => {
  for (const { joint, share } of distances(answer, hand.joints)) {
    expect(share, joint).toBeLessThan(0.06);
  }
};

test.each([0, 90, 180, 270])(
  'a synthetic hand turned by %d° has ten scores in their places',
  async (degrees) => {
    const upright = await syntheticHand(1);
    const { width, height } = upright;
    const place = {
      0: (x: number, y: number) => ({ x, y }),
      90: (x: number, y: number) => ({ x: height - y, y: x }),
      180: (x: number, y: number) => ({ x: width - x, y: height - y }),
      270: (x: number, y: number) => ({ x: y, y: width - x }),
    }[degrees]!;
    const png = await sharp(upright.png).rotate(degrees).png().toBuffer();
    const joints = upright.joints.map((joint) => ({ ...joint, ...place(joint.x, joint.y) }));

    const answer = await score({ png });

    expect(answer.missing).toEqual({});
    expect(answer.bodyPart).toMatchObject({ kind: 'left-hand', turnedClockwiseDeg: degrees });
    expectPlaces(answer, { ...upright, joints });
  },
);

test('the same film has the same answer every time, alone or among others', async () => {
  const hand = await syntheticHand(2);
  const others = await Promise.all([3, 4, 5].map((seed) => syntheticHand(seed)));
  const alone = await score(hand);
  expectSame(alone, await score(hand));
  const among = await Promise.all([hand, ...others, hand, ...others, hand].map(score));
  for (const index of [0, 4, 8]) expectSame(alone, among[index]!);
});

test('twenty clients at once each have the answer to their own hand', async () => {
  const hands = await Promise.all(Array.from({ length: 20 }, (_, index) => syntheticHand(100 + index)));
  const answers = await Promise.all(hands.map(score));
  for (const [index, hand] of hands.entries()) {
    expectPlaces(answers[index]!, hand);
    expectSame(await score(hand), answers[index]!);
  }
});

describe('the first joint is with the client before the last crop is cut', () => {
  const hand = syntheticHand(1);

  test('over SSE', () =>
    winsTheRace(async () => {
      const { status, events } = await scoreSse(mesh, (await hand).png, { headers: PATIENT });
      expect(status).toBe(200);
      expect(events.map(({ event }) => event)).toEqual([
        'body-part',
        ...JOINT_NAMES.map(() => 'joint'),
        'completed',
      ]);
      expect(new Set(events.slice(1, 11).map(({ data }) => data.joint))).toEqual(new Set(JOINT_NAMES));
      const completed = events.at(-1)!.data as { status: number; traceId: string };
      expect(completed.status).toBe(200);
      return { firstJointAt: events[1]!.at, traceId: completed.traceId };
    }));

  test('over ScoreStream', () =>
    winsTheRace(async () => {
      const events = await scoreGrpcStream(mesh, (await hand).png);
      expect(events.map(({ event }) => event.$case)).toEqual([
        'bodyPart',
        ...JOINT_NAMES.map(() => 'joint'),
        'completed',
      ]);
      const completed = events.at(-1)!.event;
      const traceId = completed.$case === 'completed' ? completed.value.response!.traceId : '';
      return { firstJointAt: events[1]!.at, traceId };
    }));

  /** A film may lose it where others take the cores for a moment; a mesh that gathers first loses it each time. */
  async function winsTheRace(
    ask: () => Promise<{ firstJointAt: number; traceId: string }>,
    films = 5,
  ): Promise<void> {
    const { firstJointAt, traceId } = await ask();
    const lastCutAt = await lastCutOf(traceId);
    if (firstJointAt >= lastCutAt && films > 1) return winsTheRace(ask, films - 1);
    expect(firstJointAt).toBeLessThan(lastCutAt);
  }

  async function lastCutOf(traceId: string): Promise<number> {
    const cuts = await mesh.waitUntil(
      `ten crops in trace ${traceId}`,
      () => {
        const found = collector.spans.filter((span) => span.traceId === traceId && span.name === 'cut crop');
        return found.length >= JOINT_NAMES.length && found;
      },
      10_000,
    );
    return Math.max(...cuts.map(({ start }) => start));
  }
});

test('one trace leads from the gateway through every step to each joint', async () => {
  const answer = await score(await syntheticHand(1));
  const services = await mesh.waitUntil(
    'spans of every role',
    () => {
      const spans = collector.spans.filter(({ traceId }) => traceId === answer.traceId);
      const found = new Set(spans.map(({ service }) => service));
      const joints = new Set(
        spans
          .filter(({ service }) => service === 'joint-scoring')
          .map(({ attributes }) => attributes['deepxray.joint']),
      );
      return found.size === 6 && JOINT_NAMES.every((joint) => joints.has(joint)) && found;
    },
    10_000,
  );
  expect([...services].sort()).toEqual([
    'body-part',
    'gateway',
    'joint-extraction',
    'joint-scoring',
    'model-server',
    'orchestrator',
  ]);
});
