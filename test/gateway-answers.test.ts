/** What clients of the gateway get, word by word; behind it a stand-in for the orchestrator. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serverSentEvents } from '../cli/server-sent-events.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { DeepXRayError } from '../platform/errors/code.ts';
import { toServiceError } from '../platform/errors/grpc-status.ts';
import { MissingReason } from '../proto/generated/deepxray/v1/scoring.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { png } from './harness/raw-http.ts';
import { scoreJson, scoreSse } from './harness/score.ts';
import {
  fileOf,
  missing,
  type Script,
  type StandIn,
  scored,
  sendBodyPart,
  sendCompleted,
  sendJoint,
  startStandIn,
  TEN,
  wellBehaved,
} from './harness/stand-in-orchestrator.ts';

let orchestrator: StandIn;
let gateway: Gateway;
beforeAll(async () => {
  orchestrator = await startStandIn(wellBehaved);
  gateway = await startGateway(orchestrator.address);
});
beforeEach(() => {
  orchestrator.script = wellBehaved;
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
});

const refuse =
  (error: DeepXRayError): Script =>
  (call) =>
    void call.emit('error', toServiceError(error));

describe('the answer (stand-in for the orchestrator)', () => {
  test('has the members of the contract in their order', async () => {
    const { status, headers, body } = await scoreJson(gateway, png());

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(body)).toEqual([
      'requestId',
      'traceId',
      'researchUseOnly',
      'bodyPart',
      'scores',
      'joints',
      'missing',
    ]);
    expect(body.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.get('x-request-id')).toBe(body.requestId);
    expect(body.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(body.researchUseOnly).toBe(true);
    expect(body.bodyPart).toEqual({ kind: 'left-hand', probability: 0.998, turnedClockwiseDeg: 90 });
    expect(Object.entries(body.scores)).toEqual(
      JOINT_NAMES.slice(0, 9).map((joint, index) => [joint, index % 6]),
    );
    expect(body.joints.mcp2).toEqual({
      score: 1,
      probabilities: [0, 1, 0, 0, 0, 0],
      erosionPercent: 20,
      doubtful: false,
      localisationConfidence: 0.5,
      box: { x: 1, y: 2, width: 3, height: 4 },
      model: { name: 'joint-scoring', version: '1' },
    });
    expect(body.missing).toEqual({ pip5: 'off-film' });
  });

  test('a joint scored 0 is scored, and one without a score is not', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      const none = scored('mcp2', 0);
      if (none.result?.$case === 'scored') none.result.value.score = undefined;
      sendCompleted(call, [scored('mcp1', 0), none, ...TEN.slice(2)]);
    };
    const { body } = await scoreJson(gateway, png());
    expect(body.scores.mcp1).toBe(0);
    expect(body.missing.mcp2).toBe('failed');
  });

  test.each([
    ['off-film', MissingReason.MISSING_REASON_OFF_FILM],
    ['not-found', MissingReason.MISSING_REASON_NOT_FOUND],
    ['implant', MissingReason.MISSING_REASON_IMPLANT],
    ['unscorable', MissingReason.MISSING_REASON_UNSCORABLE],
    ['deadline', MissingReason.MISSING_REASON_DEADLINE],
    ['unavailable', MissingReason.MISSING_REASON_UNAVAILABLE],
    ['failed', MissingReason.MISSING_REASON_FAILED],
  ])('a joint can be missing as %s', async (word, reason) => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendCompleted(call, [missing('mcp1', reason), ...TEN.slice(1)]);
    };
    expect((await scoreJson(gateway, png())).body.missing.mcp1).toBe(word);
  });

  test('the orchestrator gets the file byte by byte, the request id, the trace and an earlier deadline', async () => {
    const film = Buffer.concat([
      png(),
      Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251)),
    ]);
    let file: Buffer | undefined;
    orchestrator.script = async (call) => {
      file = await fileOf(call);
      sendCompleted(call, TEN);
    };
    const parent = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` };
    const began = Date.now();
    const headers = { ...parent, 'x-request-id': 'Study-7.film_3~b', prefer: 'wait=4' };
    const { body, headers: answered } = await scoreJson(gateway, film, { headers });

    expect(file?.equals(film)).toBe(true);
    const call = orchestrator.calls.at(-1)!;
    expect(call.metadata.get('x-request-id')).toEqual(['Study-7.film_3~b']);
    expect(body.requestId).toBe('Study-7.film_3~b');
    expect(answered.get('x-request-id')).toBe('Study-7.film_3~b');
    expect(body.traceId).toBe('ab'.repeat(16));
    expect(String(call.metadata.get('traceparent')[0])).toMatch(/^00-(ab){16}-(?!(cd){8})[0-9a-f]{16}-01$/);
    expect(Number(call.getDeadline()) - began).toBeGreaterThan(3000);
    expect(Number(call.getDeadline()) - began).toBeLessThan(5000);
    expect(answered.get('preference-applied')).toBe('wait=4');
  });

  test.each(['has space', 'ä', 'x'.repeat(129), 'new\tline', '<script>'])(
    'a request id such as %j is replaced by one of ours',
    async (given) => {
      const response = await fetch(`${gateway.url}/livez`, {
        headers: { 'x-request-id': Buffer.from(given).toString('latin1') },
      });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    },
  );
});

describe('events (stand-in for the orchestrator)', () => {
  test('come as body-part, each of the ten joints once, completed', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      for (const result of [...TEN.slice(0, 8), TEN[0]!, scored('mcp2', 5)]) sendJoint(call, result);
      // The last two come with the summary alone.
      sendCompleted(call, TEN);
    };
    const { status, headers, events } = await scoreSse(gateway, png());

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('preference-applied')).toBe('wait=10');
    expect(events.map(({ event }) => event)).toEqual([
      'body-part',
      ...JOINT_NAMES.map(() => 'joint'),
      'completed',
    ]);
    expect(events[0]?.data).toEqual({ kind: 'left-hand', probability: 0.998, turnedClockwiseDeg: 90 });
    expect(events.slice(1, 11).map(({ data }) => data.joint)).toEqual(JOINT_NAMES);
    expect(events[2]?.data).toMatchObject({ joint: 'mcp2', score: 1 });
    expect(events[10]?.data).toEqual({ joint: 'pip5', missing: 'off-film' });
    expect(events[11]?.data).toMatchObject({
      status: 200,
      requestId: headers.get('x-request-id'),
      missing: { pip5: 'off-film' },
    });
  });

  test('come each when it is known, not at the end', async () => {
    const held = Promise.withResolvers<void>();
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      sendJoint(call, TEN[0]!);
      await held.promise;
      sendCompleted(call, TEN);
    };
    const form = new FormData();
    form.append('xray', new Blob([png() as Uint8Array<ArrayBuffer>]), 'film.png');
    const headers = { accept: 'text/event-stream' };
    const response = await fetch(`${gateway.url}/score`, { method: 'POST', body: form, headers });
    const seen: string[] = [];
    for await (const { event } of serverSentEvents(response.body!)) {
      seen.push(event);
      // Only the first joint, having come, lets the orchestrator go on.
      if (event === 'joint') held.resolve();
    }
    expect(seen).toHaveLength(12);
  });

  test('a refusal is a plain problem', async () => {
    orchestrator.script = refuse(new DeepXRayError('unreadable-image', 'The PNG ends too early.'));
    const { status, headers, problem } = await scoreSse(gateway, png());
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(problem).toMatchObject({ type: '/problems/unreadable-image', detail: 'The PNG ends too early.' });
  });

  test('an orchestrator that dies after three joints ends them with a problem', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      for (const result of TEN.slice(0, 3)) sendJoint(call, result);
      call.emit(
        'error',
        toServiceError(new DeepXRayError('step-unavailable', 'It died.', { retryAfterS: 1 })),
      );
    };
    const { status, events } = await scoreSse(gateway, png());
    expect(status).toBe(200);
    expect(events.map(({ event }) => event)).toEqual(['body-part', 'joint', 'joint', 'joint', 'problem']);
    expect(events.at(-1)?.data).toMatchObject({ type: '/problems/step-unavailable', status: 503 });
  });

  test('JSON comes to who likes it better', async () => {
    const headers = { accept: 'text/event-stream;q=0.2, application/json' };
    expect((await scoreJson(gateway, png(), { headers })).body.researchUseOnly).toBe(true);
  });
});

describe('problems (stand-in for the orchestrator)', () => {
  test('what is no left hand says what it is', async () => {
    const metadata = { kind: 'right-hand', probability: '0.9913', turnedClockwiseDeg: '180' };
    orchestrator.script = refuse(
      new DeepXRayError('not-a-left-hand', 'The image shows a right hand.', { metadata }),
    );
    const { status, headers, body } = await scoreJson(gateway, png());
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: '/problems/not-a-left-hand',
      title: 'This is not a radiograph of a left hand',
      status: 422,
      detail: 'The image shows a right hand.',
      requestId: headers.get('x-request-id'),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      bodyPart: { kind: 'right-hand', probability: 0.9913, turnedClockwiseDeg: 180 },
    });
  });

  test('a step that is away is named, and when to come again', async () => {
    orchestrator.script = refuse(
      new DeepXRayError('step-unavailable', 'No pod is there for: joint-scoring.', {
        retryAfterS: 3,
        metadata: { steps: 'joint-scoring' },
      }),
    );
    const { status, headers, body } = await scoreJson(gateway, png());
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('3');
    expect(body.steps).toEqual(['joint-scoring']);
  });

  test('a refusal comes before the upload is through', async () => {
    orchestrator.script = refuse(new DeepXRayError('overloaded', 'Full.', { retryAfterS: 1 }));
    const { status, tookMs } = await scoreJson(gateway, png(20 * 1024 * 1024));
    expect(status).toBe(503);
    expect(tookMs).toBeLessThan(5000);
  });

  test('what is wrong inside stays inside', async () => {
    orchestrator.script = (call) => void call.emit('error', { code: 2, details: 'TypeError at secret.ts:3' });
    const { status, body } = await scoreJson(gateway, png());
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(gateway.output()).toContain('secret.ts:3');
  });

  test('a stream that ends without a summary is an error, not half an answer', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      call.end();
    };
    expect((await scoreJson(gateway, png())).status).toBe(500);
  });

  test.each([
    ['GET', '/nowhere', 404, null],
    ['GET', '/score', 405, 'POST'],
    ['PUT', '/score', 405, 'POST'],
    ['OPTIONS', '/score', 405, 'POST'],
    ['PROPFIND', '/score', 405, 'POST'],
    ['POST', '/livez', 405, 'GET, HEAD'],
    ['DELETE', '/openapi.json', 405, 'GET, HEAD'],
    ['GET', '/score/', 404, null],
    ['GET', '/%ff', 400, null],
  ])('%s %s is %d', async (method, path, status, allow) => {
    const response = await fetch(`${gateway.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({
      status,
      requestId: response.headers.get('x-request-id'),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});
