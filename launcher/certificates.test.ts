import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCertificates } from '../deploy/dev-ca/write-certificates.ts';
import { openIdentity } from '../platform/tls/identity.ts';
import { certificateOf, missingCertificates } from './certificates.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-certificates-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('what a folder lacks is named, and what npm run dev-ca makes lacks nothing', async () => {
  expect(missingCertificates(folder)).toContain(join(folder, 'nats-key.pem'));
  expect(await writeCertificates(folder)).toEqual({ isNew: true });
  expect(missingCertificates(folder)).toEqual([]);
});

test('renewed certificates are by the same authority, unless a new one is asked for', async () => {
  const read = () => {
    const identity = openIdentity(certificateOf(folder, 'gateway'), { onReload: () => undefined });
    identity.close();
    return identity.current;
  };
  await writeCertificates(folder);
  const before = read();
  expect(await writeCertificates(folder)).toEqual({ isNew: false });
  const renewed = read();
  expect(renewed.ca).toEqual(before.ca);
  expect(renewed.cert).not.toEqual(before.cert);
  await writeCertificates(folder, { fresh: true });
  expect(read().ca).not.toEqual(before.ca);
});

test('a certificate with the key of another is said so, with both files', async () => {
  await writeCertificates(folder);
  const { cert, ca } = certificateOf(folder, 'gateway');
  const { key } = certificateOf(folder, 'nats');
  const open = () => openIdentity({ cert, key, ca }, { onReload: () => undefined });
  expect(open).toThrow(/gateway\.pem and .*nats-key\.pem are no certificate with its key/);
});
