/** With all of its security on a mesh scores as ever, and goes on while keys and certificates change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCertificates } from '../deploy/dev-ca/write-certificates.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { scoreGrpcStream, scoreJson, scoreSse } from './harness/score.ts';
import { bearing, channelOf, pemOf, type SecuredMesh, startSecuredMesh } from './harness/secured-mesh.ts';
import { waitUntil } from './harness/wait-until.ts';

const ROOT = join(import.meta.dirname, '..');
const PATIENCE = { headers: { prefer: 'wait=30' } };

let secured: SecuredMesh;
let hand: Hand;
beforeAll(async () => {
  secured = await startSecuredMesh();
  hand = await syntheticHand(1);
});
afterAll(() => secured?.stop());

const showing = (token: string) => ({ headers: { ...PATIENCE.headers, authorization: `Bearer ${token}` } });

test('a token of the provider has ten joints scored over REST, as events and over gRPC', async () => {
  const token = await secured.provider.token('score');
  const { status, body } = await scoreJson(secured.mesh, hand.png, showing(token));
  expect(status).toBe(200);
  expect(Object.keys(body.scores).sort()).toEqual([...JOINT_NAMES].sort());

  const { events } = await scoreSse(secured.mesh, hand.png, showing(token));
  expect(events.filter(({ event }) => event === 'joint')).toHaveLength(10);

  const security = channelOf(await pemOf(secured.tls, 'client'));
  const streamed = await scoreGrpcStream(secured.mesh, hand.png, { metadata: bearing(token), security });
  expect(streamed.filter(({ event }) => event.$case === 'joint')).toHaveLength(10);
});

test('so does an API key, and the audit says who asked for what, with which models, and how it ended', async () => {
  const key = await secured.addKey('pacs', ['score']);
  const requestId = 'audited-request';
  const scored = await waitUntil(
    'the key holds at the gateway and the orchestrator',
    async () => {
      const { headers } = showing(key);
      const reply = await scoreJson(secured.mesh, hand.png, {
        headers: { ...headers, 'x-request-id': requestId },
      });
      return reply.status === 200 && reply.body;
    },
    { within: 60_000 },
  );
  const isIt = (line: Record<string, unknown>) => line.requestId === requestId && line.outcome === 'ok';
  const model = scored.joints.mcp1!.model!;
  for (const [role, over] of [
    ['gateway', 'http'],
    ['orchestrator', 'grpc'],
  ] as const) {
    const line = await waitUntil(
      `the audit of the ${role} has it`,
      async () => (await secured.audit(role)).find(isIt),
      {
        within: 10_000,
      },
    );
    expect(line).toMatchObject({
      role,
      over,
      who: { by: 'api-key', subject: 'pacs' },
      action: 'score',
      traceId: scored.traceId,
      scored: 10,
      models: [`${model.name}:${model.version}`],
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  }
});

test('who was refused stands in the audit, too, and the token does not', async () => {
  const token = await secured.provider.forge({ exp: 1 });
  const { status, body } = await scoreJson(secured.mesh, hand.png, showing(token));
  expect(status).toBe(401);
  const lines = await waitUntil(
    'the audit has it',
    async () => {
      const all = await secured.audit('gateway');
      return all.some(({ requestId }) => requestId === body.requestId) && all;
    },
    { within: 10_000 },
  );
  expect(lines.find(({ requestId }) => requestId === body.requestId)).toMatchObject({
    action: 'score',
    outcome: 'unauthenticated',
    address: expect.stringContaining('127.0.0.1'),
  });
  expect(JSON.stringify(lines)).not.toContain(token.split('.')[2]);
});

test('keys and certificates change under load without a failed request, and new connections have the new ones', async () => {
  const before = await fingerprints();
  const statuses: number[] = [];
  const failures: unknown[] = [];
  let done = false;
  const load = Array.from({ length: 2 }, async () => {
    while (!done) {
      try {
        statuses.push(await scoreOnNewConnection(await secured.provider.token('score')));
      } catch (thrown) {
        failures.push(thrown);
      }
    }
  });
  const beyond = (count: number) =>
    waitUntil('more was scored', () => failures.length > 0 || statuses.length >= count, { within: 60_000 });
  try {
    await beyond(4);
    await secured.provider.rotate();
    await beyond(statuses.length + 4);
    await writeCertificates(secured.tls);
    await waitUntil(
      'every port shows its new certificate',
      async () => {
        const now = await fingerprints();
        return Object.entries(now).every(([port, fingerprint]) => fingerprint !== before[port]);
      },
      { within: 60_000 },
    );
    await beyond(statuses.length + 4);
    await secured.provider.rotate();
    await beyond(statuses.length + 4);
  } finally {
    done = true;
    await Promise.all(load);
  }
  expect(failures).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([200]));

  // A role that comes anew connects with the new one to others that were there before.
  for (const role of ['joint-scoring', 'orchestrator']) await secured.mesh.terminate(role);
  await secured.mesh.healed(60_000);
  const { status } = await scoreJson(secured.mesh, hand.png, showing(await secured.provider.token()));
  expect(status).toBe(200);
});

/** A film on a connection of its own, as a proxy's health is of no matter here. */
async function scoreOnNewConnection(token: string): Promise<number> {
  const form = Buffer.concat([
    Buffer.from('--x\r\ncontent-disposition: form-data; name="xray"; filename="film.png"\r\n\r\n'),
    hand.png,
    Buffer.from('\r\n--x--\r\n'),
  ]);
  const request = httpsRequest(`${secured.mesh.url}/score`, {
    method: 'POST',
    agent: false,
    ca: (await pemOf(secured.tls, 'https')).ca,
    headers: {
      ...showing(token).headers,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': form.length,
    },
  });
  request.end(form);
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

/** Of the certificate that each port shows to a new connection. */
async function fingerprints(): Promise<Record<string, string>> {
  const { mesh } = secured;
  const shown = async (port: number, upgrade?: (port: number) => Promise<import('node:net').Socket>) => {
    const { ca, cert, key } = await pemOf(secured.tls, 'client');
    const plain = await upgrade?.(port);
    const socket: TLSSocket = connectTls({
      ...(plain ? { socket: plain } : { port, host: '127.0.0.1' }),
      servername: 'localhost',
      ALPNProtocols: ['h2', 'http/1.1'],
      ...{ ca, cert, key },
    });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const afterInfo = async (port: number) => {
    const socket = connectTcp(port, '127.0.0.1');
    // nats-server speaks first, in the clear: who it is and that it wants TLS.
    await once(socket, 'data');
    return socket;
  };
  return {
    https: await shown(mesh.port('HTTP')),
    orchestrator: await shown(mesh.port('GRPC')),
    'model server': await shown(mesh.port('GRPC') + 1),
    admin: await shown(mesh.port('ADMIN') + 2),
    nats: await shown(mesh.port('NATS'), afterInfo),
  };
}

const startOpen = async (entry: string, role: string[]): Promise<{ code: number; said: string }> => {
  const bare = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DEEPXRAY_')),
  );
  const child = spawn(process.execPath, [join(ROOT, entry), ...role], {
    env: { ...bare, DEEPXRAY_REQUIRE_SECURITY: 'true', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  return { code, said };
};

const TLS = ['DEEPXRAY_TLS_CERT', 'DEEPXRAY_TLS_KEY', 'DEEPXRAY_TLS_CA'];
const ACCESS = [
  'DEEPXRAY_OIDC_ISSUER or DEEPXRAY_API_KEYS',
  'DEEPXRAY_REQUESTS_PER_MINUTE',
  'DEEPXRAY_AUDIT',
];

test.each([
  ['gateway/main.ts', 'gateway', [...TLS, ...ACCESS, 'DEEPXRAY_HTTP_TLS_CERT', 'DEEPXRAY_HTTP_TLS_KEY']],
  ['orchestrator/main.ts', 'orchestrator', [...TLS, ...ACCESS]],
  ['model-servers/joint-scoring/main.ts', 'joint-scoring', TLS],
  ['model-servers/server/main.ts', 'model-server:joint-scoring', TLS],
  ['launcher/main.ts', undefined, ['DEEPXRAY_TLS_FOLDER', ...ACCESS]],
])(
  '%s refuses to run open where security is required, and names all that it misses',
  async (entry, role, missing) => {
    const { code, said } = await startOpen(entry, role === undefined ? [] : [`--role=${role}`]);
    expect(code).not.toBe(0);
    const named = [
      ...said.matchAll(/^(?:launcher)?\s+(DEEPXRAY_[A-Z_]+(?: or DEEPXRAY_[A-Z_]+)*): must be set/gm),
    ];
    expect(named.map(([, names]) => names).sort()).toEqual([...missing].sort());
  },
);
