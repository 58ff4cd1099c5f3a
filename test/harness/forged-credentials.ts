/** Tokens and keys that open nothing: each made to look as right as can be, but for one thing. */
import { Client, status } from '@grpc/grpc-js';
import { SignJWT, UnsecuredJWT } from 'jose';
import { bearing, channelOf, pemOf, type SecuredMesh } from './secured-mesh.ts';
import { waitUntil } from './wait-until.ts';

const inS = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** Each of them, and what a client is told of it. */
export const CREDENTIALS: Record<
  string,
  { make(secured: SecuredMesh): Promise<string | undefined> | string; told: RegExp; missing?: 'scope' }
> = {
  'no token': { make: async () => undefined, told: /needs a token/ },
  'a token that has expired': {
    make: (secured) => secured.provider.forge({ exp: inS(-60) }),
    told: /expired/,
  },
  'a token that does not hold yet': {
    make: (secured) => secured.provider.forge({ nbf: inS(60) }),
    told: /not hold yet/,
  },
  'a token without an end': {
    make: (secured) => secured.provider.forge({ exp: undefined } as never),
    told: /claims/,
  },
  'a token of another issuer': {
    make: (secured) => secured.provider.forge({ iss: 'https://elsewhere.example' }),
    told: /another issuer/,
  },
  'a token for another audience': {
    make: (secured) => secured.provider.forge({ aud: 'another-service' }),
    told: /another audience/,
  },
  'a token of alg none': {
    make: (secured) =>
      new UnsecuredJWT({ scope: 'score', sub: 'archive' })
        .setIssuer(secured.provider.issuer)
        .setAudience('deepxray')
        .setExpirationTime('10m')
        .encode(),
    told: /algorithm|no signed JWT/,
  },
  'a token signed by HS256 with the public key': {
    make: (secured) => hmacSigned(secured),
    told: /algorithm/,
  },
  'a token signed with a key of nobody': {
    make: (secured) => secured.provider.forge({}, { kid: 'unheard-of' }),
    told: /key is none/,
  },
  'a token whose payload was tampered with': {
    make: async (secured) => tampered(await secured.provider.token('metrics')),
    told: /signature/,
  },
  'what is no token': { make: async () => 'nonsense', told: /no signed JWT/ },
  'an API key of nobody': { make: async () => `dxr_${'0'.repeat(12)}_${'0'.repeat(64)}`, told: /no API key/ },
  'an API key that has ended': {
    make: (secured) => heldKey(secured, 'ended', new Date(Date.now() - 1000).toISOString()),
    told: /no API key/,
  },
  'an API key that was taken back': { make: revokedKey, told: /no API key/ },
  'a token without the scope': {
    make: (secured) => secured.provider.token('metrics'),
    told: /scope score/,
    missing: 'scope',
  },
};

async function hmacSigned({ provider }: SecuredMesh): Promise<string> {
  const { kid, ...publicJwk } = provider.publicJwk();
  return new SignJWT({ scope: 'score' })
    .setProtectedHeader({ alg: 'HS256', kid: kid! })
    .setIssuer(provider.issuer)
    .setAudience('deepxray')
    .setSubject('archive')
    .setExpirationTime('10m')
    .sign(Buffer.from(JSON.stringify(publicJwk)));
}

function tampered(token: string): string {
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const more = Buffer.from(JSON.stringify({ ...claims, scope: 'score admin' })).toString('base64url');
  return `${header}.${more}.${signature}`;
}

async function heldKey(secured: SecuredMesh, name: string, expires: string): Promise<string> {
  const key = await secured.addKey(name, ['score'], expires);
  await known(secured);
  return key;
}

/** Taken back once it is seen to hold. */
async function revokedKey(secured: SecuredMesh): Promise<string> {
  const key = await secured.addKey('fired', ['score']);
  const statusOf = async () => (await metricsOf(secured, key)).status;
  await waitUntil('the key holds', async () => (await statusOf()) === 403, { within: 30_000 });
  await secured.revokeKeys('fired');
  await waitUntil('the key holds no longer', async () => (await statusOf()) === 401, { within: 30_000 });
  await known(secured);
  return key;
}

/** Both processes have read the file as it is now: a key that is added last is taken by both. */
async function known(secured: SecuredMesh): Promise<void> {
  const key = await secured.addKey('canary', ['admin']);
  await waitUntil(
    'gateway and orchestrator know the newest key',
    async () =>
      (await metricsOf(secured, key)).ok && (await reflectionOf(secured, key)) !== status.UNAUTHENTICATED,
    { within: 30_000 },
  );
}

export const metricsOf = (secured: SecuredMesh, token: string): Promise<Response> =>
  fetch(`${secured.mesh.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });

const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

/** The status that a call of server reflection ends with; its content does not matter here. */
export async function reflectionOf(secured: SecuredMesh, token: string | undefined): Promise<number> {
  const client = new Client(secured.mesh.grpc, channelOf(await pemOf(secured.tls, 'client')), {
    'grpc.ssl_target_name_override': 'orchestrator',
  });
  const raw = (bytes: Buffer) => bytes;
  const call = client.makeBidiStreamRequest(REFLECTION, raw, raw, bearing(token));
  call.on('data', () => undefined).on('error', () => undefined);
  call.end();
  const code = await new Promise<number>((resolve) => {
    call.on('status', ({ code }) => resolve(code));
  });
  client.close();
  return code;
}
