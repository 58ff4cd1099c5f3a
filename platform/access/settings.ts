/** Who may ask, and how often: the settings of the two processes that clients speak to. */
import { integer, optionalInteger, optionalText } from '../process/settings.ts';

const WHO = 'anybody may have radiographs scored';

export const accessSettings = {
  oidcIssuer: optionalText(
    'DEEPXRAY_OIDC_ISSUER',
    'the OpenID provider whose tokens are taken: its issuer URL, https except on loopback',
    { closes: WHO },
  ),
  oidcAudience: optionalText(
    'DEEPXRAY_OIDC_AUDIENCE',
    'what a token must name as its audience; deepxray if absent',
  ),
  clockSkewS: integer(
    'DEEPXRAY_CLOCK_SKEW',
    30,
    { min: 0, max: 300 },
    "seconds that the provider's clock may differ from ours",
  ),
  apiKeys: optionalText(
    'DEEPXRAY_API_KEYS',
    'file of hashed API keys, as `npm run api-key` writes it; read anew when it changes',
    { closes: WHO },
  ),
  requestsPerMinute: optionalInteger(
    'DEEPXRAY_REQUESTS_PER_MINUTE',
    { min: 1, max: 1_000_000 },
    'requests that one client may make of one process within a minute; as many as it likes if absent',
    { closes: 'one client may take all there is' },
  ),
  audit: optionalText(
    'DEEPXRAY_AUDIT',
    'where it is written down who asked for what: a folder, for a file of each process, or stdout; nowhere if absent',
    { closes: 'nobody can say later who asked for what' },
  ),
};
