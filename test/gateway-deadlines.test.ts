/** The gateway keeps the client's deadline whatever happens behind it, and tells who is away at once. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { connectRaw, FORM, formOf, png, postHead } from './harness/raw-http.ts';
import { scoreJson, scoreSse } from './harness/score.ts';
import {
  cancelled,
  fileOf,
  type StandIn,
  sendBodyPart,
  sendCompleted,
  sendJoint,
  startStandIn,
  TEN,
  wellBehaved,
} from './harness/stand-in-orchestrator.ts';
import { waitUntil } from './harness/wait-until.ts';

/** No answer comes later than this after its deadline. */
const LATE_MS = 100;

let orchestrator: StandIn;
let gateway: Gateway;
beforeAll(async () => {
  orchestrator = await startStandIn(wellBehaved);
  gateway = await startGateway(orchestrator.address);
  await scoreJson(gateway, png());
});
beforeEach(() => {
  orchestrator.script = wellBehaved;
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
});

const wait = (seconds: number | string) => ({ headers: { prefer: `wait=${seconds}` } });

describe('a deadline (stand-in for the orchestrator)', () => {
  test.each([0.001, 0.05, 0.5])('of %d s is kept when nothing comes back at all', async (seconds) => {
    orchestrator.script = () => undefined;
    const { status, headers, body, tookMs } = await scoreJson(gateway, png(), wait(seconds));
    expect(status).toBe(504);
    expect(tookMs).toBeLessThan(seconds * 1000 + LATE_MS);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('preference-applied')).toBe(`wait=${seconds}`);
    expect(body).toMatchObject({ type: '/problems/deadline-exceeded', status: 504, scores: {}, joints: {} });
    expect(body.missing).toEqual(Object.fromEntries(JOINT_NAMES.map((joint) => [joint, 'deadline'])));
  });

  test('gives what was done by then', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      for (const result of TEN.slice(0, 3)) sendJoint(call, result);
    };
    const { status, body } = await scoreJson(gateway, png(), wait(0.4));
    expect(status).toBe(504);
    expect(body.bodyPart.kind).toBe('left-hand');
    expect(body.scores).toEqual({ mcp1: 0, mcp2: 1, mcp3: 2 });
    expect(Object.keys(body.joints)).toEqual(['mcp1', 'mcp2', 'mcp3']);
    expect(Object.keys(body.missing)).toEqual(JOINT_NAMES.slice(3));
  });

  test('that only the summary missed is a 200: every joint was there', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      for (const result of TEN) sendJoint(call, result);
    };
    const { status, body } = await scoreJson(gateway, png(), wait(0.4));
    expect(status).toBe(200);
    expect(body.missing).toEqual({ pip5: 'off-film' });
    expect(Object.keys(body.joints)).toHaveLength(9);
  });

  test('that the orchestrator keeps is a 504 with what it says', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      sendCompleted(call, TEN, true);
    };
    const { status, body } = await scoreJson(gateway, png());
    expect(status).toBe(504);
    expect(body.missing).toEqual({ pip5: 'off-film' });
    expect(Object.keys(body.joints)).toHaveLength(9);
  });

  test('ends events with each joint told once', async () => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      for (const result of TEN.slice(0, 3)) sendJoint(call, result);
    };
    const { status, events } = await scoreSse(gateway, png(), wait(0.4));
    expect(status).toBe(200);
    expect(events.slice(1, -1).map(({ data }) => data.joint)).toEqual(JOINT_NAMES);
    expect(events.at(-2)?.data).toEqual({ joint: 'pip5', missing: 'deadline' });
    expect(events.at(-1)?.event).toBe('completed');
    expect(events.at(-1)?.data).toMatchObject({ status: 504, scores: { mcp1: 0, mcp2: 1, mcp3: 2 } });
  });

  test('before the body part is a plain 504, over events too', async () => {
    orchestrator.script = () => undefined;
    const { status, problem } = await scoreSse(gateway, png(), wait(0.1));
    expect(status).toBe(504);
    expect(Object.keys(problem?.missing ?? {})).toHaveLength(10);
  });

  test('ends an upload that is too slow', async () => {
    const connection = await connectRaw(gateway.port);
    const began = performance.now();
    connection.send(postHead({ 'content-type': FORM, 'content-length': '10000000', prefer: 'wait=0.3' }));
    const body = formOf(png(200_000));
    for (let at = 0; !connection.received(); at += 1000) {
      connection.send(body.subarray(at, at + 1000));
      await delay(20);
      if (performance.now() - began > 3000) break;
    }
    expect(performance.now() - began).toBeLessThan(300 + LATE_MS);
    expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1.1 504/);
    connection.socket.destroy();
  });

  test('that has passed leaves nothing running', async () => {
    orchestrator.script = () => undefined;
    await scoreJson(gateway, png(), wait(0.1));
    await cancelled(orchestrator.calls.at(-1)!);
    expect(await gateway.metric('deepxray_scorings_in_flight')).toBe(0);
  });
});

describe('a client that hangs up (stand-in for the orchestrator)', () => {
  test.each(['application/json', 'text/event-stream'])('cancels its scoring (%s)', async (accept) => {
    orchestrator.script = async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      sendJoint(call, TEN[0]!);
    };
    const before = orchestrator.calls.length;
    const client = new AbortController();
    const asked = scoreJson(gateway, png(), { headers: { accept }, signal: client.signal });
    asked.catch(() => undefined);
    await waitUntil('the scoring has begun', () => orchestrator.calls.length > before, { within: 3000 });
    client.abort();
    await cancelled(orchestrator.calls.at(-1)!);
    const gone = async () => (await gateway.metric('deepxray_scorings_in_flight')) === 0;
    await waitUntil('its place is free', gone, { within: 1000 });
    expect(gateway.output()).toMatch(/"status":499,"code":"cancelled"/);
  });

  test('midway through its upload cancels it, too', async () => {
    const before = orchestrator.calls.length;
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'content-length': '10000000' }));
    connection.send(formOf(png(200_000)).subarray(0, 150_000));
    await waitUntil('the scoring has begun', () => orchestrator.calls.length > before, { within: 3000 });
    connection.socket.resetAndDestroy();
    await cancelled(orchestrator.calls.at(-1)!);
  });
});

describe('an orchestrator that is away', () => {
  test('is told at once, with when to come again, and served by when it is back', async () => {
    const first = await startStandIn(wellBehaved);
    const own = await startGateway(first.address);
    try {
      expect((await scoreJson(own, png())).status).toBe(200);
      first.stop();
      await waitUntil('it is missed', async () => (await scoreJson(own, png())).status === 503, {
        within: 3000,
      });
      for (let i = 0; i < 5; i++) {
        const { status, headers, body, tookMs } = await scoreJson(own, png());
        expect(status).toBe(503);
        expect(body.type).toBe('/problems/step-unavailable');
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(tookMs).toBeLessThan(100);
      }
      const again = await startStandIn(wellBehaved, Number(first.address.split(':')[1]));
      await waitUntil('it is served by', async () => (await scoreJson(own, png())).status === 200, {
        within: 3000,
      });
      again.stop();
    } finally {
      await own.stop();
    }
  });

  test('is not assumed by the first request, while the connection comes about', async () => {
    const late = await startStandIn(wellBehaved);
    const own = await startGateway(late.address);
    try {
      expect((await scoreJson(own, png())).status).toBe(200);
    } finally {
      await own.stop();
      late.stop();
    }
  });

  describe('behind an address that takes connections and says nothing', () => {
    let silent: Server;
    let own: Gateway;
    beforeAll(async () => {
      silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      own = await startGateway(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    });
    afterAll(async () => {
      await own?.stop();
      silent?.close();
    });

    test('is given up after a second, later requests at once', async () => {
      const { status, tookMs } = await scoreJson(own, png());
      expect(status).toBe(503);
      expect(tookMs).toBeLessThan(1500);
      const later = await scoreJson(own, png());
      expect(later.status).toBe(503);
      expect(later.tookMs).toBeLessThan(100);
    });

    test('is not ready, which is known within a second', async () => {
      const began = performance.now();
      expect((await fetch(`${own.url}/readyz`)).status).toBe(503);
      expect(performance.now() - began).toBeLessThan(1200);
    });
  });
});
