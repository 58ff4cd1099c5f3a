/** `Authorization: Bearer …` and the challenge that answers it (RFC 6750, RFC 9110). */
import { DeepXRayError } from '../errors/code.ts';
import type { Need } from './scopes.ts';

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const REALM = 'Bearer realm="deepxray"';

/** Far above any token of a sane provider. */
const LONGEST = 16 * 1024;

/** Throws `unauthenticated`. */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new DeepXRayError(
      'unauthenticated',
      'This needs a token or an API key: Authorization: Bearer …; docs/security.md says how to get one.',
    );
  }
  const token = authorization.length > LONGEST ? undefined : BEARER.exec(authorization)?.[1];
  if (token === undefined) throw invalidToken('the Authorization header is no Bearer token');
  return token;
}

/** `why` completes "The token does not hold: …", without anything of the token itself. */
export const invalidToken = (why: string, cause?: unknown): DeepXRayError =>
  new DeepXRayError('unauthenticated', `The token does not hold: ${why}.`, {
    metadata: { error: 'invalid_token', description: why },
    cause,
  });

export const insufficientScope = (need: Need): DeepXRayError =>
  new DeepXRayError('forbidden', `This needs the scope ${need}, which the token or key does not have.`, {
    metadata: { error: 'insufficient_scope', scope: need },
  });

/** The value of `WWW-Authenticate`; undefined for an error that asks for no other credential. */
export function challengeOf({ code, metadata }: DeepXRayError): string | undefined {
  if (code !== 'unauthenticated' && code !== 'forbidden') return undefined;
  // Who showed nothing is told no error code (RFC 6750, 3.1).
  if (metadata.error === undefined) return REALM;
  const details = metadata.scope
    ? `scope="${metadata.scope}"`
    : `error_description="${metadata.description ?? ''}"`;
  return `${REALM}, error="${metadata.error}", ${details}`;
}
