import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOfKey, parseApiKeys } from '#platform/access/api-key-file.ts';

const run = promisify(execFile);
const apiKey = (...args: string[]) => run(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a key that is made holds, is listed without what opens the door, and is taken back by its id', async () => {
  const file = join(folder, 'keys.json');
  const { stdout } = await apiKey(
    'create',
    'archive',
    '--file',
    file,
    '--scope',
    'score',
    'metrics',
    '--days',
    '1',
  );
  const key = stdout.trim();
  const read = async () => parseApiKeys(await readFile(file, 'utf8'));
  expect(callerOfKey(key, await read())).toMatchObject({
    subject: 'archive',
    scopes: new Set(['score', 'metrics']),
  });
  const tomorrow = Date.now() + 25 * 60 * 60_000;
  expect(callerOfKey(key, await read(), tomorrow)).toBeUndefined();

  const { stdout: listed } = await apiKey('list', '--file', file);
  const [, id, secret] = key.split('_') as [string, string, string];
  expect(listed).toContain(`${id}\tarchive\tscore,metrics`);
  expect(listed).not.toContain(secret);

  await apiKey('revoke', id, '--file', file);
  expect(callerOfKey(key, await read())).toBeUndefined();
  await expect(apiKey('revoke', id, '--file', file)).rejects.toThrow(/there is no key/);
});
