/** An identity from settings that are all given or none; problems name the settings. */
import { type Logger, logReload } from '../process/log.ts';
import { InvalidSettings, type Setting } from '../process/settings.ts';
import { type Identity, type IdentityFiles, openIdentity } from './identity.ts';

type Part = { setting: Setting<string | undefined>; path: string | undefined };

/** Undefined where none is given. Throws InvalidSettings. */
export function identityOfSettings(
  parts: { cert: Part; key: Part; ca?: Part },
  log: Logger,
  what: string,
): Identity | undefined {
  const all = Object.entries(parts) as [keyof IdentityFiles, Part][];
  const given = all.filter(([, { path }]) => path !== undefined);
  if (given.length === 0) return undefined;
  const missing = all.filter(([, { path }]) => path === undefined);
  if (missing.length > 0) {
    const with_ = given.map(([, { setting }]) => setting.env).join(' and ');
    throw new InvalidSettings(missing.map(([, { setting }]) => `${setting.env}: goes with ${with_}`));
  }
  const files = Object.fromEntries(all.map(([kind, { path }]) => [kind, path])) as IdentityFiles;
  try {
    return openIdentity(files, { onReload: (err) => logReload(log, err, what) });
  } catch (thrown) {
    const names = all.map(([, { setting }]) => setting.env).join(', ');
    throw new InvalidSettings([`${names}: ${(thrown as Error).message}`]);
  }
}
