/** Health, documents and the end of a gateway. */
import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { connectRaw, FORM, formOf, png, postHead } from './harness/raw-http.ts';
import { scoreJson, scoreSse } from './harness/score.ts';
import {
  fileOf,
  type StandIn,
  sendBodyPart,
  sendCompleted,
  startStandIn,
  TEN,
  wellBehaved,
} from './harness/stand-in-orchestrator.ts';
import { waitUntil } from './harness/wait-until.ts';

let orchestrator: StandIn;
let gateway: Gateway;
beforeAll(async () => {
  orchestrator = await startStandIn(wellBehaved);
  gateway = await startGateway(orchestrator.address);
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
});

const get = (path: string) => fetch(`${gateway.url}${path}`);

describe('health (stand-in for the orchestrator)', () => {
  test('live and healthy do not depend on the orchestrator, ready does', async () => {
    orchestrator.setReady(false);
    expect(await (await get('/livez')).json()).toEqual({ status: 'alive' });
    expect(await (await get('/healthz')).json()).toEqual({ status: 'healthy' });
    const notReady = await get('/readyz');
    expect(notReady.status).toBe(503);
    expect(notReady.headers.get('retry-after')).toBe('1');
    expect(await notReady.json()).toMatchObject({ type: '/problems/step-unavailable' });

    orchestrator.setReady(true);
    const ready = await get('/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: 'ready' });
  });

  test('figures come as Prometheus reads them', async () => {
    await scoreJson(gateway, png());
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(await gateway.metric('deepxray_scoring_duration_seconds_count')).toBeGreaterThan(0);
    expect(await gateway.metric('deepxray_scoring_first_joint_seconds_count')).toBeGreaterThan(0);
  });
});

describe('documents', () => {
  test('OpenAPI describes the upload, the answers and every problem', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, unknown> };
    };
    type Operation = {
      requestBody: { content: Record<string, { schema: { properties: Record<string, unknown> } }> };
      parameters: { name: string; in: string }[];
      responses: Record<string, { content: Record<string, { schema: Schema }> }>;
    };
    type Schema = { properties: { type: { enum: string[] } } };
    const score = document.paths['/score']!.post!;
    expect(score.requestBody.content['multipart/form-data']!.schema.properties.xray).toMatchObject({
      type: 'string',
      format: 'binary',
    });
    expect(score.parameters.map(({ name }) => name)).toContain('prefer');
    expect(Object.keys(score.responses['200']!.content)).toEqual(['application/json', 'text/event-stream']);
    const problems = Object.entries(score.responses).flatMap(([status, { content }]) =>
      (content['application/problem+json']?.schema.properties.type.enum ?? []).map(
        (type) => `${status} ${type}`,
      ),
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        '400 /problems/no-file',
        '413 /problems/too-many-pixels',
        '415 /problems/dicom',
        '422 /problems/not-a-left-hand',
        '429 /problems/rate-limited',
        '503 /problems/overloaded',
        '503 /problems/step-unavailable',
        '504 /problems/deadline-exceeded',
      ]),
    );
    expect(Object.keys(document.components.schemas)).toEqual(['BodyPart', 'ScoredJoint']);
    const references = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
    expect(new Set([...references].map(([, reference]) => reference))).toEqual(
      new Set(['#/components/schemas/BodyPart', '#/components/schemas/ScoredJoint']),
    );
    expect(Object.keys(document.paths)).toEqual(['/score', '/livez', '/healthz', '/readyz', '/metrics']);
  });

  test('the page to try it on is served from here, whole', async () => {
    const index = await get('/');
    expect(index.url).toMatch(/\/docs/);
    const page = await index.text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      const asset = new URL(link, index.url);
      expect(asset.origin).toBe(new URL(gateway.url).origin);
      expect((await fetch(asset)).status, link).toBe(200);
    }
  });
});

describe('the end (stand-in for the orchestrator)', () => {
  test('lets the scorings in hand finish, over JSON and events, and takes no more', async () => {
    const held = Promise.withResolvers<void>();
    const slow = await startStandIn(async (call) => {
      await fileOf(call);
      sendBodyPart(call);
      await held.promise;
      sendCompleted(call, TEN);
    });
    const own = await startGateway(slow.address);
    const json = scoreJson(own, png());
    const events = scoreSse(own, png());
    await waitUntil('both have begun', () => slow.calls.length === 2, { within: 5000 });
    const stopped = own.stop('SIGTERM');
    const refused = () =>
      fetch(`${own.url}/livez`).then(
        () => false,
        () => true,
      );
    await waitUntil('new connections are refused', refused, { within: 3000 });
    held.resolve();
    expect((await json).status).toBe(200);
    expect((await events).events).toHaveLength(12);
    expect(await stopped).toBe(0);
    slow.stop();
  });

  test('comes once the time to leave is over, with whatever connections are idle then', async () => {
    const brief = await startGateway(orchestrator.address, { DEEPXRAY_LEAVE_MS: '200' });
    const idle = await connectRaw(brief.port);
    idle.send('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await idle.until(/alive/);
    expect(await brief.stop('SIGTERM')).toBe(0);
    await idle.closed;
  });

  test('is not held up by a connection that was opened and never asked anything', async () => {
    const brief = await startGateway(orchestrator.address, { DEEPXRAY_LEAVE_MS: '0' });
    const silent = await connectRaw(brief.port);
    let isClosed = false;
    void silent.closed.then(() => {
      isClosed = true;
    });
    const stopped = brief.stop('SIGTERM');
    await waitUntil('it is closed, long before headers are overdue', () => isClosed, { within: 6000 });
    expect(await stopped).toBe(0);
  });

  describe('of one among several', () => {
    let own: Gateway;
    const ask = (agent: Agent) => getWith(agent, own.port, '/livez');
    beforeEach(async () => {
      own = await startGateway(orchestrator.address, { DEEPXRAY_LEAVE_MS: String(LEAVE_MS) });
    });
    afterEach(() => own.stop('SIGKILL'));
    const leave = async () => {
      void own.stop('SIGTERM');
      const unhealthy = async () => (await fetch(`${own.url}/healthz`)).status === 503;
      await waitUntil('it is no longer healthy', unhealthy, { within: 10_000 });
    };

    test('serves on while it is being forgotten, and has each client leave with its answer', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect(await ask(agent)).toMatchObject({ status: 200, connection: 'keep-alive' });
      await leave();
      expect(await ask(agent)).toEqual({ status: 200, connection: 'close', reused: true });
      // By a new connection: whoever has not heard of it yet still comes here.
      expect(await ask(agent)).toEqual({ status: 200, connection: 'close', reused: false });
      expect((await fetch(`${own.url}/readyz`)).status).toBe(503);
      expect((await scoreJson(own, png())).status).toBe(200);
      expect((await scoreSse(own, png())).events).toHaveLength(12);
    });

    test('lets a client that was refused early send the rest before it closes', async () => {
      const connection = await connectRaw(own.port);
      await leave();
      const form = formOf(png(4_000_000));
      connection.send(
        postHead({ 'content-type': FORM, 'content-length': String(form.length), prefer: 'wait=nonsense' }),
      );
      const answer = await connection.until(/^HTTP\/1\.1 400[\s\S]*\}$/);
      expect(answer).toMatch(/connection: close/i);
      connection.send(form);
      await connection.closed;
      expect(connection.socket.errored).toBeNull();
      expect(connection.socket.bytesWritten).toBeGreaterThan(form.length);
    });
  });
});

/** Longer than any test here takes on a slow machine: they do not wait for its end. */
const LEAVE_MS = 60_000;

async function getWith(agent: Agent, port: number, path: string) {
  const request = httpGet({ agent, port, path });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  const { statusCode: status, headers } = response;
  return { status, connection: headers.connection, reused: request.reusedSocket };
}
