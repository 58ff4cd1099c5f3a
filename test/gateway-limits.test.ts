/** Who is taken in and who is refused at once, and what one upload may cost. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { connectRaw, FORM, fileHead, formOf, png, postHead } from './harness/raw-http.ts';
import { scoreJson } from './harness/score.ts';
import { fileOf, type StandIn, sendCompleted, startStandIn, TEN } from './harness/stand-in-orchestrator.ts';
import { waitUntil } from './harness/wait-until.ts';

const AT_ONCE_MS = 100;
const OWN = 3;
const ALL = 5;

let orchestrator: StandIn;
let gateway: Gateway;
let held: PromiseWithResolvers<void>;
beforeAll(async () => {
  orchestrator = await startStandIn(async (call) => {
    await fileOf(call);
    await held.promise;
    sendCompleted(call, TEN);
  });
  gateway = await startGateway(orchestrator.address, {
    DEEPXRAY_MAX_IN_FLIGHT: String(ALL),
    DEEPXRAY_MAX_IN_FLIGHT_PER_CLIENT: String(OWN),
  });
  held = Promise.withResolvers<void>();
  held.resolve();
  await scoreJson(gateway, png());
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
});
afterEach(async () => {
  held.resolve();
  await inFlight(0);
});

const inFlight = (count: number) =>
  waitUntil(
    `${count} scorings are in flight`,
    async () => (await gateway.metric('deepxray_scorings_in_flight')) === count,
    { within: 3000 },
  );

type Reply = { status: number; headers: Record<string, unknown>; body: string; tookMs: number };

/** From one of the addresses of this host, as from another client. */
function postFrom(localAddress: string, body = formOf(png()), headers: Record<string, string> = {}) {
  return new Promise<Reply>((resolve, reject) => {
    const began = performance.now();
    const { port } = gateway;
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/score',
        method: 'POST',
        localAddress,
        agent: false,
        headers: { 'content-type': FORM, 'content-length': body.length, ...headers },
      },
      async (response) => {
        let text = '';
        for await (const piece of response.setEncoding('utf8')) text += piece;
        const tookMs = performance.now() - began;
        resolve({ status: response.statusCode!, headers: response.headers, body: text, tookMs });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('places (stand-in for the orchestrator, which holds the scorings)', () => {
  test('one client gets its share, and the others theirs; above all places everybody is refused', async () => {
    held = Promise.withResolvers<void>();
    const taken = Array.from({ length: OWN }, () => postFrom('127.0.0.1'));
    await inFlight(OWN);

    const flooding = await postFrom('127.0.0.1');
    expect(flooding.status).toBe(429);
    expect(flooding.headers['retry-after']).toBe('1');
    expect(flooding.body).toContain('/problems/rate-limited');
    expect(flooding.tookMs).toBeLessThan(AT_ONCE_MS);

    const others = Array.from({ length: ALL - OWN }, () => postFrom('127.0.0.2'));
    await inFlight(ALL);
    const tooMany = await postFrom('127.0.0.3');
    expect(tooMany.status).toBe(503);
    expect(tooMany.headers['retry-after']).toBe('1');
    expect(tooMany.body).toContain('/problems/overloaded');
    expect(tooMany.tookMs).toBeLessThan(AT_ONCE_MS);

    held.resolve();
    for (const { status } of await Promise.all([...taken, ...others])) expect(status).toBe(200);
    expect((await postFrom('127.0.0.3')).status).toBe(200);
  });

  test('who is refused need not send the file first, and may send all of it', async () => {
    held = Promise.withResolvers<void>();
    const taken = Array.from({ length: OWN }, () => postFrom('127.0.0.1'));
    await inFlight(OWN);

    const early = await connectRaw(gateway.port);
    early.send(postHead({ 'content-type': FORM, 'content-length': '20000000' }));
    expect(await early.until(/rate-limited/)).toMatch(/^HTTP\/1.1 429/);
    early.socket.destroy();

    // Not a reset connection, which would lose the answer.
    expect((await postFrom('127.0.0.1', formOf(png(20_000_000)))).status).toBe(429);

    held.resolve();
    await Promise.all(taken);
  });

  test('a place is free again after each kind of end', async () => {
    const notAnImage = formOf(Buffer.from('no image'));
    for (let i = 0; i < ALL * 3; i++) {
      expect((await postFrom('127.0.0.1', notAnImage)).status).toBe(415);
      const gone = await connectRaw(gateway.port);
      gone.send(postHead({ 'content-type': FORM, 'content-length': '1000' }));
      gone.socket.resetAndDestroy();
    }
    await inFlight(0);
  });

  test('a proxy that is not trusted cannot name other clients', async () => {
    held = Promise.withResolvers<void>();
    const taken = Array.from({ length: OWN }, (_, index) =>
      postFrom('127.0.0.1', undefined, { 'x-forwarded-for': `10.0.0.${index}` }),
    );
    await inFlight(OWN);
    expect((await postFrom('127.0.0.1', undefined, { 'x-forwarded-for': '10.0.0.9' })).status).toBe(429);
    held.resolve();
    await Promise.all(taken);
  });

  test('a proxy that is trusted can', async () => {
    const own = await startGateway(orchestrator.address, {
      DEEPXRAY_MAX_IN_FLIGHT_PER_CLIENT: '1',
      DEEPXRAY_TRUSTED_PROXIES: '127.0.0.0/8',
    });
    held = Promise.withResolvers<void>();
    const before = orchestrator.calls.length;
    const ask = (client: string) => scoreJson(own, png(), { headers: { 'x-forwarded-for': client } });
    const [one, other] = [ask('10.0.0.1'), ask('10.0.0.2')];
    await waitUntil('both are taken', () => orchestrator.calls.length === before + 2, { within: 3000 });
    expect((await ask('10.0.0.1')).status).toBe(429);
    held.resolve();
    expect((await one).status).toBe(200);
    expect((await other).status).toBe(200);
    await own.stop();
  });
});

test('an upload is taken no faster than the orchestrator takes it', async () => {
  held = Promise.withResolvers<void>();
  const script = orchestrator.script;
  // It reads nothing.
  orchestrator.script = () => undefined;
  const residentMiB = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024;
  try {
    const before = residentMiB();
    const size = 30_000_000;
    const clients = await Promise.all(Array.from({ length: OWN }, () => connectRaw(gateway.port)));
    for (const client of clients) {
      client.send(
        postHead({ 'content-type': FORM, 'content-length': String(size + 1000), prefer: 'wait=2' }),
      );
      client.send(fileHead('xray', 'film.png'));
      client.send(png(size));
    }
    await delay(1000);
    for (const { socket } of clients) expect(socket.writableLength).toBeGreaterThan(size / 2);
    expect(residentMiB() - before).toBeLessThan(60);
    for (const client of clients) {
      await client.until(/^HTTP\/1.1 504/);
      client.socket.destroy();
    }
  } finally {
    orchestrator.script = script;
  }
});
