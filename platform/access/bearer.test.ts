import { expect, test } from 'vitest';
import { DeepXRayError } from '../errors/code.ts';
import { bearerOf, challengeOf, insufficientScope, invalidToken } from './bearer.ts';

const refusalOf = (authorization: string | undefined): DeepXRayError => {
  try {
    bearerOf(authorization);
  } catch (thrown) {
    return thrown as DeepXRayError;
  }
  throw new Error('taken');
};

test('the scheme is read in any case, and the token as it stands', () => {
  expect(bearerOf('Bearer a.b-c_d')).toBe('a.b-c_d');
  expect(bearerOf('bearer abc==')).toBe('abc==');
});

test.each(['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'abc', `Bearer ${'a'.repeat(20_000)}`])(
  '“%.20s” is no token',
  (authorization) => {
    expect(refusalOf(authorization)).toMatchObject({
      code: 'unauthenticated',
      metadata: { error: 'invalid_token' },
    });
  },
);

test('the challenge says what RFC 6750 says: nothing to a stranger, else the error', () => {
  expect(challengeOf(refusalOf(undefined))).toBe('Bearer realm="deepxray"');
  expect(challengeOf(invalidToken('it has expired'))).toBe(
    'Bearer realm="deepxray", error="invalid_token", error_description="it has expired"',
  );
  expect(challengeOf(insufficientScope('score'))).toBe(
    'Bearer realm="deepxray", error="insufficient_scope", scope="score"',
  );
  expect(challengeOf(new DeepXRayError('no-file', 'None.'))).toBeUndefined();
});
