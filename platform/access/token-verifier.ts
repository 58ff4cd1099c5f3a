/** Whether a JWT is one of the provider's, for us, now (RFC 9068); its keys are fetched as it changes them. */
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { DeepXRayError } from '../errors/code.ts';
import { invalidToken } from './bearer.ts';
import { type Caller, isScope } from './scopes.ts';

/** Signatures that only the provider can make: none that a verifier could make itself, and not none at all. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const FETCH_WITHIN_MS = 5000;
/** A provider that takes a key back is believed after this long at the latest. */
const KEYS_HOLD_MS = 5 * 60_000;
/** A key that is not known yet is looked for at once, but no oftener, whatever tokens name. */
const LOOK_AGAIN_MS = 1000;

export type TokenVerifier = { verify(token: string): Promise<Caller> };

/** Throws an Error if the issuer is no URL that can be trusted to be the provider's. */
export function createTokenVerifier(settings: {
  issuer: string;
  audience: string;
  clockSkewS: number;
}): TokenVerifier {
  const { issuer, audience, clockSkewS } = settings;
  requireTrusted(issuer);
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const findKeys = () => {
    keys ??= discover(issuer).catch((thrown) => {
      // Asked again with the next token.
      keys = undefined;
      throw thrown;
    });
    return keys;
  };
  const options = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: clockSkewS,
    requiredClaims: ['exp', 'sub'],
  };
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, await findKeys(), options);
        return callerOf(payload);
      } catch (thrown) {
        if (!(thrown instanceof errors.JOSEError) || OF_THE_PROVIDER.has(thrown.code)) {
          throw providerAway(thrown);
        }
        throw invalidToken(whyRefused(thrown), thrown);
      }
    },
  };
}

/** OpenID Connect Discovery 1.0: the document must name the issuer that it was asked of. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_WITHIN_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const found = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (found.issuer !== issuer) throw new Error(`${url} names another issuer`);
  if (typeof found.jwks_uri !== 'string') throw new Error(`${url} names no keys`);
  requireTrusted(found.jwks_uri);
  return createRemoteJWKSet(new URL(found.jwks_uri), {
    timeoutDuration: FETCH_WITHIN_MS,
    cacheMaxAge: KEYS_HOLD_MS,
    cooldownDuration: LOOK_AGAIN_MS,
  });
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

function requireTrusted(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))) return;
  throw new Error(`“${text}” is no https URL: whoever is between could hand out keys of their own`);
}

function callerOf({ sub, client_id, azp, scope, scp }: JWTPayload): Caller {
  const client = typeof client_id === 'string' ? client_id : azp;
  // `scope` is the standard's; some providers say `scp`, as text or as a list.
  const words = [scope, scp].flatMap((claim) =>
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [],
  );
  return {
    subject: sub!,
    by: 'token',
    ...(typeof client === 'string' ? { client } : {}),
    scopes: new Set(words.filter(isScope)),
  };
}

/** Its keys do not come, or make no sense: no fault of the token. */
const OF_THE_PROVIDER = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);

/** For the client: which of its claims, and nothing of what they say. */
function whyRefused(thrown: errors.JOSEError): string {
  if (thrown instanceof errors.JWTExpired) return 'it has expired';
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    return WHY_CLAIM[thrown.claim] ?? 'one of its claims is missing or makes no sense';
  }
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not right';
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'its key is none of the provider';
  return 'it is no signed JWT';
}

const WHY_CLAIM: Record<string, string> = {
  iss: 'it is of another issuer',
  aud: 'it is for another audience',
  nbf: 'it does not hold yet',
};

const providerAway = (cause: unknown): DeepXRayError =>
  new DeepXRayError(
    'identity-unavailable',
    'The identity provider cannot be asked just now, so no token can be checked. Try again shortly.',
    { retryAfterS: 1, cause },
  );
