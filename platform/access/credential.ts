/** What a client of ours shows the gateway. */
import { optionalText } from '../process/settings.ts';

export const credentialSettings = {
  token: optionalText(
    'DEEPXRAY_TOKEN',
    'the access token or API key that is shown to the gateway, where it asks for one; or DEEPXRAY_TOKEN_FILE',
    { secret: true },
  ),
};

/** The headers that show it. */
export const showing = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };
