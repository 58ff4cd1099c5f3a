/** Lets a caller in or refuses it, before anything of what it sends is read. */
import type { Logger } from '../process/log.ts';
import { logReload } from '../process/log.ts';
import { InvalidSettings, type Setting, type ValuesOf } from '../process/settings.ts';
import { isApiKey } from './api-key-file.ts';
import { openApiKeys } from './api-keys.ts';
import { bearerOf, insufficientScope, invalidToken } from './bearer.ts';
import { limitRequests } from './request-rate.ts';
import { type Caller, clientKeyOf, mayDo, type Need } from './scopes.ts';
import { accessSettings } from './settings.ts';
import { createTokenVerifier } from './token-verifier.ts';

export type Access = {
  /** Whether callers have to say who they are. */
  readonly asks: boolean;
  /**
   * The caller; undefined where nobody has to say who they are. `address` is the client's. Throws
   * DeepXRayError: unauthenticated, forbidden, rate-limited, identity-unavailable.
   */
  admit(authorization: string | undefined, need: Need, address: string): Promise<Caller | undefined>;
  close(): void;
};

const DEFAULT_AUDIENCE = 'deepxray';

export type AccessValues = Pick<
  ValuesOf<typeof accessSettings>,
  'oidcIssuer' | 'oidcAudience' | 'clockSkewS' | 'apiKeys' | 'requestsPerMinute'
>;

/** Throws InvalidSettings. */
export function openAccess(values: AccessValues, log: Logger): Access {
  const { oidcIssuer: issuer, oidcAudience, clockSkewS, apiKeys: keyFile, requestsPerMinute } = values;
  const keys = keyFile
    ? naming(accessSettings.apiKeys, () =>
        openApiKeys(keyFile, { onReload: (err) => logReload(log, err, 'API keys') }),
      )
    : undefined;
  const audience = oidcAudience ?? DEFAULT_AUDIENCE;
  const tokens = issuer
    ? naming(accessSettings.oidcIssuer, () => createTokenVerifier({ issuer, audience, clockSkewS }))
    : undefined;
  const rate = requestsPerMinute === undefined ? undefined : limitRequests(requestsPerMinute);
  // Who guesses gets no more tries than who knows.
  const failures = requestsPerMinute === undefined ? undefined : limitRequests(requestsPerMinute);

  const identify = async (authorization: string | undefined): Promise<Caller> => {
    const credential = bearerOf(authorization);
    if (isApiKey(credential)) {
      const caller = keys?.find(credential);
      if (!caller) throw invalidToken('it is no API key that holds');
      return caller;
    }
    if (!tokens) throw invalidToken('only API keys are taken here');
    return tokens.verify(credential);
  };

  const asks = keys !== undefined || tokens !== undefined;
  return {
    asks,
    async admit(authorization, need, address) {
      if (need === 'nothing') return undefined;
      if (!asks) {
        await rate?.count(address);
        return undefined;
      }
      await failures?.look(address);
      let caller: Caller;
      try {
        caller = await identify(authorization);
      } catch (thrown) {
        await failures?.count(address).catch(() => undefined);
        throw thrown;
      }
      await rate?.count(clientKeyOf(caller));
      if (!mayDo(caller, need)) throw insufficientScope(need);
      return caller;
    },
    close: () => keys?.close(),
  };
}

function naming<T>({ env }: Setting<unknown>, open: () => T): T {
  try {
    return open();
  } catch (thrown) {
    throw new InvalidSettings([`${env}: ${(thrown as Error).message}`]);
  }
}
