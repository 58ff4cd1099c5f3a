import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditEntry, openAudit } from './audit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ENTRY: AuditEntry = {
  action: 'score',
  over: 'http',
  caller: { by: 'token', subject: 'archive', client: 'pacs', scopes: new Set(['score']) },
  address: '10.0.0.1',
  requestId: 'one',
  outcome: 'ok',
  models: ['joint-scoring:1'],
  scored: 10,
};
const open = () =>
  openAudit(join(folder, 'audit'), { role: 'gateway', instance: 'gateway-1', onError: () => undefined });
const PATH = () => join(folder, 'audit', 'gateway-1.jsonl');

test('a process that comes again adds to what stands there, and nobody else can read it', async () => {
  for (const requestId of ['one', 'two']) {
    const audit = await open();
    audit.write({ ...ENTRY, requestId });
    await audit.close();
  }
  const lines = (await readFile(PATH(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    ['one', 'two'].map((requestId) => ({
      time: expect.stringMatching(/Z$/),
      role: 'gateway',
      instance: 'gateway-1',
      who: { by: 'token', subject: 'archive', client: 'pacs' },
      action: 'score',
      over: 'http',
      address: '10.0.0.1',
      requestId,
      outcome: 'ok',
      models: ['joint-scoring:1'],
      scored: 10,
    })),
  );
  expect((await stat(PATH())).mode & 0o077).toBe(0);
});

test('where it cannot be written, the process does not start', async () => {
  const file = join(folder, 'audit', 'gateway-1.jsonl');
  const opened = openAudit(file, { role: 'gateway', instance: 'x', onError: () => undefined });
  await expect(opened).rejects.toThrow();
});
