import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Access, openAccess } from './access.ts';
import { formatApiKeys, makeApiKey } from './api-key-file.ts';

const log = pino({ level: 'silent' });
const OPEN = {
  oidcIssuer: undefined,
  oidcAudience: undefined,
  clockSkewS: 0,
  apiKeys: undefined,
  requestsPerMinute: undefined,
};

let folder: string;
const opened: Access[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-access-'));
});
afterAll(async () => {
  for (const access of opened) access.close();
  await rm(folder, { recursive: true });
});

const open = (values: Partial<typeof OPEN> | object): Access => {
  const access = openAccess({ ...OPEN, ...values }, log);
  opened.push(access);
  return access;
};

async function withKeys(...made: ReturnType<typeof makeApiKey>[]): Promise<string> {
  const path = join(folder, `keys-${made.map(({ record }) => record.id).join('-')}.json`);
  await writeFile(path, formatApiKeys(made.map(({ record }) => record)));
  return path;
}

test('where nobody has to say who they are, everybody may do everything', async () => {
  expect(await open({}).admit(undefined, 'admin', '10.0.0.1')).toBeUndefined();
});

test('a key does what its scopes say, and an administrator all', async () => {
  const archive = makeApiKey({ name: 'archive', scopes: ['score'] });
  const chief = makeApiKey({ name: 'chief', scopes: ['admin'] });
  const access = open({ apiKeys: await withKeys(archive, chief) });
  const admit = (key: string, need: 'score' | 'metrics' | 'any') =>
    access.admit(`bearer ${key}`, need, '10.0.0.1');
  expect(await admit(archive.key, 'score')).toMatchObject({ subject: 'archive', by: 'api-key' });
  expect(await admit(archive.key, 'any')).toMatchObject({ subject: 'archive' });
  await expect(admit(archive.key, 'metrics')).rejects.toMatchObject({ code: 'forbidden' });
  expect(await admit(chief.key, 'metrics')).toMatchObject({ subject: 'chief' });
});

test('a key whose secret is another is nobody’s', async () => {
  const { key, record } = makeApiKey({ name: 'archive', scopes: ['score'] });
  const access = open({ apiKeys: await withKeys({ key, record }) });
  const other = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
  await expect(access.admit(`Bearer ${other}`, 'score', 'a')).rejects.toMatchObject({
    code: 'unauthenticated',
    metadata: { error: 'invalid_token' },
  });
});

test('the file of keys holds nothing that opens a door', async () => {
  const { key, record } = makeApiKey({ name: 'archive', scopes: ['score'] });
  expect(formatApiKeys([record])).not.toContain(key.slice(-64));
});

test('a client is told to wait once it has made its requests, by name and not by address', async () => {
  const archive = makeApiKey({ name: 'archive', scopes: ['score'] });
  const other = makeApiKey({ name: 'other', scopes: ['score'] });
  const access = open({ apiKeys: await withKeys(archive, other), requestsPerMinute: 2 });
  const ask = (key: string, address: string) => access.admit(`Bearer ${key}`, 'score', address);
  await ask(archive.key, '10.0.0.1');
  await ask(archive.key, '10.0.0.2');
  const refused = await ask(archive.key, '10.0.0.3').catch((thrown) => thrown);
  expect(refused).toMatchObject({ code: 'rate-limited' });
  expect(refused.retryAfterS).toBeGreaterThanOrEqual(1);
  expect(refused.retryAfterS).toBeLessThanOrEqual(60);
  expect(await ask(other.key, '10.0.0.1')).toMatchObject({ subject: 'other' });
});

test('who guesses is stopped by address, with a key that holds or without', async () => {
  const archive = makeApiKey({ name: 'archive', scopes: ['score'] });
  const access = open({ apiKeys: await withKeys(archive), requestsPerMinute: 2 });
  const ask = (credential: string, address: string) =>
    access.admit(`Bearer ${credential}`, 'score', address).catch(({ code }) => code);
  const guesses = [await ask('dxr_1', 'evil'), await ask('dxr_2', 'evil'), await ask('dxr_3', 'evil')];
  expect(guesses).toEqual(['unauthenticated', 'unauthenticated', 'rate-limited']);
  expect(await ask(archive.key, 'evil')).toBe('rate-limited');
  expect(await ask(archive.key, 'good')).toMatchObject({ subject: 'archive' });
});

test('settings that make no sense are named', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '{"keys":[{"id":"x"}]}');
  expect(() => openAccess({ ...OPEN, apiKeys: broken }, log)).toThrow(/DEEPXRAY_API_KEYS.*key number 1/);
  expect(() => openAccess({ ...OPEN, oidcIssuer: 'http://login.example' }, log)).toThrow(
    /DEEPXRAY_OIDC_ISSUER.*no https URL/,
  );
});

test('while the provider cannot be asked, no token is taken and the client may come again', async () => {
  const access = open({ oidcIssuer: 'http://127.0.0.1:1' });
  await expect(access.admit('Bearer a.b.c', 'score', 'a')).rejects.toMatchObject({
    code: 'identity-unavailable',
    retryAfterS: 1,
  });
});
