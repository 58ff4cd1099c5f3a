/** Scoring pods that are not there, or die at work. */
import { afterEach, expect, test } from 'vitest';
import { expectSame, expectWhole } from './harness/expect-scores.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { type JsonReply, scoreJson, scoreSse } from './harness/score.ts';

let mesh: Mesh;
afterEach(async () => {
  await mesh?.stop();
});

test('without any scoring pod the answer is 503 with Retry-After, at once', async () => {
  mesh = await startMesh({ scoringPods: 0, unready: true });
  const { png } = await syntheticHand(1);
  await mesh.waitUntil(
    'the other steps are there',
    async () => {
      const missing = await (await fetch(`${mesh.url}/readyz`)).text();
      return (
        missing.includes('joint-scoring') &&
        !missing.includes('body-part') &&
        !missing.includes('joint-extraction')
      );
    },
    60_000,
  );
  await scoreJson(mesh, png);

  const replies: JsonReply[] = [];
  for (let times = 0; times < 5; times++) replies.push(await scoreJson(mesh, png));

  for (const { status, headers, body } of replies) {
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(body.type).toBe('/problems/step-unavailable');
  }
  const median = replies.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[2]!;
  expect(median).toBeLessThan(100);

  const sse = await scoreSse(mesh, png);
  expect(sse.status).toBe(503);
});

test.each(['joint-scoring', 'model-server:joint-scoring'])(
  'kill -9 of one of two %s fails no request',
  async (role) => {
    mesh = await startMesh();
    const hand = await syntheticHand(1);
    const first = await scoreJson(mesh, hand.png);
    expect(first.status).toBe(200);

    const replies: JsonReply[] = [];
    let wanted = true;
    const client = async () => {
      while (wanted) replies.push(await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } }));
    };
    const clients = [client(), client(), client()];
    for (const which of [0, 1]) {
      const before = replies.length;
      await mesh.waitUntil('work is under way', () => replies.length >= before + 3, 30_000);
      await mesh.kill(role, which);
      await mesh.healed(15_000);
    }
    const before = replies.length;
    await mesh.waitUntil('work goes on', () => replies.length >= before + 3, 30_000);
    wanted = false;
    await Promise.all(clients);

    for (const { status, body } of replies) {
      expect({ status, detail: body.detail, missing: body.missing }).toMatchObject({
        status: 200,
        missing: {},
      });
      expectWhole(body);
      expectSame(first.body, body);
    }
  },
);
