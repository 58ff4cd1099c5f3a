/** A real OpenID provider whose tokens are signed with keys that the tests know, so that they can forge others. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';

const AUDIENCE = 'deepxray';
const CLIENT = { client_id: 'archive', client_secret: 'known-to-tests-alone' };
const SCOPES = 'score metrics admin';

export type OpenIdProvider = {
  issuer: string;
  /** As a machine gets one: by its client credentials. */
  token(scope?: string): Promise<string>;
  /** Signed with the provider's key, whatever it says; `undefined` takes a claim out. */
  forge(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  publicJwk(): JWK;
  /** A new key signs from now on; the one before stays published. */
  rotate(): Promise<void>;
  stop(): void;
};

type Key = { kid: string; privateKey: CryptoKey; jwk: JWK; publicJwk: JWK };

export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let keys: Key[] = [];
  const rotate = async () => {
    keys = [await newKey(), ...keys].slice(0, 2);
    handle = providerWith(issuer, keys).callback();
  };
  await rotate();
  return {
    issuer,
    rotate,
    async token(scope = 'score') {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${CLIENT.client_id}:${CLIENT.client_secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      const { access_token: token, ...rest } = (await response.json()) as { access_token?: string };
      if (!token) throw new Error(`the provider gave no token: ${JSON.stringify(rest)}`);
      return token;
    },
    forge(claims, { alg = 'ES256', kid = keys[0]!.kid } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: AUDIENCE, sub: 'archive', scope: 'score', iat: now, exp: now + 600 };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
        .sign(keys[0]!.privateKey);
    },
    publicJwk: () => keys[0]!.publicJwk,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

let made = 0;

async function newKey(): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const named = { kid: `key-${++made}`, use: 'sig', alg: 'ES256' };
  return {
    kid: named.kid,
    privateKey,
    jwk: { ...(await exportJWK(privateKey)), ...named },
    publicJwk: { ...(await exportJWK(publicKey)), ...named },
  };
}

const providerWith = (issuer: string, keys: readonly Key[]) =>
  new Provider(issuer, {
    clients: [
      {
        ...CLIENT,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
        scope: SCOPES,
      },
    ],
    scopes: SCOPES.split(' '),
    jwks: { keys: keys.map(({ jwk }) => jwk) as never },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:deepxray',
        getResourceServerInfo: () => ({
          scope: SCOPES,
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
