import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flag, optionalText, REQUIRE_SECURITY, readSettings } from './settings.ts';

const settings = {
  requireSecurity: flag(REQUIRE_SECURITY, ''),
  issuer: optionalText('ISSUER', '', { closes: 'anybody may ask' }),
  keys: optionalText('KEYS', '', { closes: 'anybody may ask' }),
  cert: optionalText('CERT', '', { closes: 'all can be read' }),
  token: optionalText('TOKEN', '', { secret: true }),
  plain: optionalText('PLAIN', ''),
};

test('nothing has to be closed unless it is said so', () => {
  expect(readSettings(settings, {}).issuer).toBeUndefined();
  expect(() => readSettings(settings, { DEEPXRAY_REQUIRE_SECURITY: 'false' })).not.toThrow();
});

test('where security is required, all that is open is named at once, and what else is wrong', () => {
  const open = () =>
    readSettings({ ...settings, x: flag('X', '') }, { DEEPXRAY_REQUIRE_SECURITY: 'true', X: 'y' });
  expect(open).toThrow(/ISSUER or KEYS: must be set.*anybody may ask/);
  expect(open).toThrow(/CERT: must be set.*all can be read/);
  expect(open).toThrow(/X: “y” is neither true nor false/);
});

test('one of several that close the same is enough', () => {
  const environment = { DEEPXRAY_REQUIRE_SECURITY: 'true', KEYS: 'file', CERT: 'file' };
  expect(readSettings(settings, environment)).toMatchObject({ requireSecurity: true, keys: 'file' });
});

test('a word that is neither true nor false does not leave everything open', () => {
  expect(() => readSettings(settings, { DEEPXRAY_REQUIRE_SECURITY: 'yes' })).toThrow(
    /neither true nor false/,
  );
});

test('a secret may stand in a file, and only a secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-settings-'));
  const path = join(folder, 'token');
  await writeFile(path, 'hush\n');
  expect(readSettings(settings, { TOKEN_FILE: path, PLAIN_FILE: path })).toMatchObject({
    token: 'hush',
    plain: undefined,
  });
  expect(() => readSettings(settings, { TOKEN_FILE: join(folder, 'none') })).toThrow(
    /TOKEN: the file that TOKEN_FILE names cannot be read \(ENOENT\)/,
  );
  await rm(folder, { recursive: true });
});
