/** Attempts to connect where one may not, and to say or hear on NATS what is another role's. */
import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { type ChannelCredentials, Client, credentials, status } from '@grpc/grpc-js';
import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { natsUsers } from '../platform/bus/nats-users.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { scoreGrpcStream } from './harness/score.ts';
import { bearing, channelOf, pemOf, type SecuredMesh, startSecuredMesh } from './harness/secured-mesh.ts';

let secured: SecuredMesh;
let hand: Hand;
beforeAll(async () => {
  secured = await startSecuredMesh();
  hand = await syntheticHand(1);
});
afterAll(() => secured?.stop());

describe('over gRPC', () => {
  test('a caller with a token that holds but no certificate of the mesh is not connected', async () => {
    const metadata = bearing(await secured.provider.token());
    const { ca } = await pemOf(secured.tls, 'client');
    const stranger = await pemOf(secured.otherTls, 'client');
    for (const security of [
      credentials.createInsecure(),
      credentials.createSsl(ca),
      channelOf({ ...stranger, ca }),
    ]) {
      const scored = scoreGrpcStream(secured.mesh, hand.png, { metadata, security, deadlineMs: 5000 });
      await expect(scored).rejects.toMatchObject({ code: status.UNAVAILABLE });
    }
  });

  test('a role that has nothing to ask an orchestrator is refused, with a token that holds or without', async () => {
    const metadata = bearing(await secured.provider.token());
    const security = channelOf(await pemOf(secured.tls, 'joint-scoring'));
    const scored = scoreGrpcStream(secured.mesh, hand.png, { metadata, security });
    await expect(scored).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  test('a model server answers nobody without a certificate of one of its sidecars', async () => {
    const address = `127.0.0.1:${secured.mesh.port('GRPC') + 1}`;
    const { ca } = await pemOf(secured.tls, 'client');
    const stranger = await pemOf(secured.otherTls, 'client');
    const mine = await pemOf(secured.tls, 'body-part');
    const live = (security: ChannelCredentials) =>
      new Promise<number>((resolve) => {
        const client = new Client(address, security, { 'grpc.ssl_target_name_override': 'model-server' });
        const raw = (bytes: Buffer) => bytes;
        const call = client.makeUnaryRequest(
          '/inference.GRPCInferenceService/ServerLive',
          raw,
          raw,
          Buffer.alloc(0),
          { deadline: Date.now() + 5000 },
          () => undefined,
        );
        call.on('status', ({ code }) => {
          client.close();
          resolve(code);
        });
      });
    expect(await live(credentials.createInsecure())).toBe(status.UNAVAILABLE);
    expect(await live(credentials.createSsl(ca))).toBe(status.UNAVAILABLE);
    expect(await live(channelOf({ ...stranger, ca }))).toBe(status.UNAVAILABLE);
    expect(await live(channelOf(await pemOf(secured.tls, 'client')))).toBe(status.PERMISSION_DENIED);
    expect(await live(channelOf(mine))).toBe(status.OK);
  });
});

describe('on NATS', () => {
  const connectAs = async (folder: string, holder: string, ca = secured.tls): Promise<NatsConnection> => {
    const { cert, key } = await pemOf(folder, holder);
    const { ca: authority } = await pemOf(ca, 'nats');
    const tls = { ca: authority.toString(), cert: cert.toString(), key: key.toString() };
    return connectNats({
      servers: secured.mesh.natsUrl,
      tls,
      reconnect: false,
      inboxPrefix: `_INBOX.${holder}`,
    });
  };

  test('a client that speaks no TLS, has no certificate, one of another authority, or of no role there is not connected', async () => {
    const { ca } = await pemOf(secured.tls, 'nats');
    const servers = secured.mesh.natsUrl;
    await expect(connectNats({ servers, tls: null as never, reconnect: false })).rejects.toThrow();
    await expect(connectNats({ servers, tls: { ca: ca.toString() }, reconnect: false })).rejects.toThrow();
    await expect(connectAs(secured.otherTls, 'orchestrator')).rejects.toThrow();
    await expect(connectAs(secured.tls, 'client')).rejects.toThrow(/authorization/i);
  });

  /** Role, and a subject that is another's. */
  test.each([
    ['body-part', 'deepxray.joint-scoring.work'],
    ['body-part', 'deepxray.scores.any'],
    ['body-part', 'deepxray.cancel'],
    ['joint-scoring', 'deepxray.joint-extraction.work'],
    ['joint-scoring', 'deepxray.pieces.any.any'],
    ['joint-scoring', 'deepxray.cancel'],
    ['joint-extraction', 'deepxray.body-part.work'],
    ['joint-extraction', 'deepxray.cancel'],
    ['orchestrator', 'deepxray.joint-scoring.work'],
    ['orchestrator', 'deepxray.presence'],
  ])('%s may not publish on %s', async (role, subject) => {
    const connection = await connectAs(secured.tls, role);
    const refused = firstError(connection);
    connection.publish(subject, 'x');
    await connection.flush();
    expect(await refused).toMatch(/permissions violation for publish/i);
    await connection.close();
  });

  test.each([
    ['body-part', 'deepxray.pieces.>'],
    ['body-part', 'deepxray.>'],
    ['body-part', '>'],
    ['body-part', '_INBOX.joint-extraction.>'],
    ['joint-scoring', 'deepxray.scores.>'],
    ['joint-scoring', 'deepxray.body-part.work'],
    // Its own, but beside its queue group: a copy of every crop.
    ['joint-scoring', 'deepxray.joint-scoring.work'],
    ['orchestrator', '_INBOX.joint-extraction.>'],
    ['joint-extraction', 'deepxray.joint-scoring.work'],
  ])('%s may not listen on %s', async (role, subject) => {
    const connection = await connectAs(secured.tls, role);
    const refused = new Promise<string>((resolve) => {
      connection.subscribe(subject, { callback: (error) => void (error && resolve(error.message)) });
    });
    await connection.flush();
    expect(await refused).toMatch(/permissions violation for subscription/i);
    await connection.close();
  });

  test('every role of the bus is known to the server, and nobody else', () => {
    const users = [...natsUsers().matchAll(/user: "([^"]+)"/g)].map(([, user]) => user);
    expect(users).toEqual(['orchestrator', 'body-part', 'joint-extraction', 'joint-scoring']);
  });
});

async function firstError(connection: NatsConnection): Promise<string> {
  for await (const event of connection.status()) if (event.type === 'error') return event.error.message;
  return 'no error';
}

describe('on the wire', () => {
  const ports = () => ({
    https: secured.mesh.port('HTTP'),
    gRPC: secured.mesh.port('GRPC'),
    'model server': secured.mesh.port('GRPC') + 1,
    admin: secured.mesh.port('ADMIN'),
  });

  /** The version that was agreed on, or the error. */
  const handshake = async (port: number, versions: { minVersion?: 'TLSv1'; maxVersion?: 'TLSv1.1' } = {}) => {
    const { ca, cert, key } = await pemOf(secured.tls, 'client');
    // What the client itself would refuse to say must not be what is tested.
    const ciphers = versions.maxVersion ? 'DEFAULT:@SECLEVEL=0' : undefined;
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: ['h2', 'http/1.1'],
      ...{ ca, cert, key, ...(ciphers ? { ciphers } : {}) },
      ...versions,
    });
    try {
      await once(socket, 'secureConnect');
      return { version: socket.getProtocol(), cipher: socket.getCipher().name };
    } catch (thrown) {
      return { error: (thrown as NodeJS.ErrnoException).code ?? String(thrown) };
    } finally {
      socket.destroy();
    }
  };

  test.each(['https', 'gRPC', 'model server', 'admin'] as const)(
    'the port of %s speaks TLS 1.3, and nothing below 1.2',
    async (name) => {
      const port = ports()[name];
      expect((await handshake(port)).version).toBe('TLSv1.3');
      const old = await handshake(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
      expect(old.error).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
    },
  );

  test('figures of any process are for who has a certificate of the mesh, its health for everybody', async () => {
    const { ca, cert, key } = await pemOf(secured.tls, 'client');
    const get = (path: string, security: object) =>
      new Promise<number>((resolve, reject) => {
        const url = `https://127.0.0.1:${secured.mesh.port('ADMIN') + 1}${path}`;
        httpsRequest(url, { ...security, agent: false, servername: 'localhost' }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    expect(await get('/metrics', { ca })).toBe(403);
    expect(await get('/metrics', { ca, cert, key })).toBe(200);
    expect(await get('/livez', { ca })).toBe(200);
  });
});
