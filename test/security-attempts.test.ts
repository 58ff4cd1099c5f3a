/** Attempts to have a film scored, or to see what one may not, with tokens and keys that open nothing: over HTTP and over gRPC. */
import { once } from 'node:events';
import { get as httpGet } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../client/index.ts';
import { CREDENTIALS, metricsOf, reflectionOf } from './harness/forged-credentials.ts';
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

describe('over HTTP', () => {
  test.each(Object.entries(CREDENTIALS))('%s gets no score', async (_name, { make, told, missing }) => {
    const token = await make(secured);
    const body = new FormData();
    body.append('xray', new Blob([hand.png as Uint8Array<ArrayBuffer>]), 'film.png');
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${secured.mesh.url}/score`, { method: 'POST', body, headers });
    const problem = (await response.json()) as { type: string; detail: string; scores?: unknown };
    expect(response.status).toBe(missing ? 403 : 401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.type).toBe(missing ? '/problems/forbidden' : '/problems/unauthenticated');
    expect(problem.detail).toMatch(told);
    expect(problem.scores).toBeUndefined();
    const challenge = response.headers.get('www-authenticate')!;
    if (missing) expect(challenge).toBe('Bearer realm="deepxray", error="insufficient_scope", scope="score"');
    else if (token === undefined) expect(challenge).toBe('Bearer realm="deepxray"');
    else
      expect(challenge).toMatch(
        /^Bearer realm="deepxray", error="invalid_token", error_description="[^"]+"$/,
      );
  });

  test('who has no token is refused before the film is asked for', async () => {
    const request = httpsRequest(`${secured.mesh.url}/score`, {
      method: 'POST',
      headers: {
        expect: '100-continue',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': 1_000_000,
      },
      ca: (await pemOf(secured.tls, 'https')).ca,
    });
    let askedFor = false;
    request.on('continue', () => {
      askedFor = true;
    });
    request.flushHeaders();
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(401);
    expect(askedFor).toBe(false);
    request.destroy();
  });

  test.each(['/metrics', '/docs', '/docs/static/index.html', '/openapi.json', '/nothing-here'])(
    '%s is not for everybody',
    async (path) => {
      expect((await fetch(`${secured.mesh.url}${path}`)).status).toBe(401);
    },
  );

  test('a token for scoring does not read the figures, and one for the figures does', async () => {
    expect((await metricsOf(secured, await secured.provider.token('score'))).status).toBe(403);
    expect((await metricsOf(secured, await secured.provider.token('metrics'))).status).toBe(200);
  });

  test('a page of another origin is allowed nothing, and a browser is told to be careful', async () => {
    const headers = {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    for (const method of ['OPTIONS', 'POST', 'GET']) {
      const response = await fetch(`${secured.mesh.url}/score`, { method, headers });
      const names = [...response.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(response.headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(names).not.toContain('x-powered-by');
      expect(names).not.toContain('server');
    }
  });

  test('a plain connection to the port of HTTPS gets no answer', async () => {
    const answered = new Promise<string>((resolve) => {
      httpGet(`http://127.0.0.1:${secured.mesh.port('HTTP')}/readyz`, (response) =>
        resolve(`answered ${response.statusCode}`),
      ).on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });
    expect(await answered).not.toMatch(/^answered [23]/);
  });
});

describe('over gRPC', () => {
  const EXPECTED = { reason: { none: 'UNAUTHENTICATED', scope: 'FORBIDDEN' } };

  test.each(Object.entries(CREDENTIALS))('%s gets no score', async (_name, { make, told, missing }) => {
    const token = await make(secured);
    const security = channelOf(await pemOf(secured.tls, 'client'));
    const scored = scoreGrpcStream(secured.mesh, hand.png, { metadata: bearing(token), security });
    const error = await scored.then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error?.code).toBe(missing ? status.PERMISSION_DENIED : status.UNAUTHENTICATED);
    expect(error?.details).toMatch(told);
    expect(reasonOf(error)?.reason).toBe(EXPECTED.reason[missing ?? 'none']);
  });

  test('what services there are is told to administrators alone', async () => {
    expect(await reflectionOf(secured, undefined)).toBe(status.UNAUTHENTICATED);
    expect(await reflectionOf(secured, await secured.provider.token('score'))).toBe(status.PERMISSION_DENIED);
    expect(await reflectionOf(secured, await secured.provider.token('admin'))).toBe(status.OK);
  });
});
