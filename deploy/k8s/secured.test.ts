import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { natsUsers } from '../../platform/bus/nats-users.ts';
import { HOLDERS } from '../dev-ca/write-certificates.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');

test("the cluster's nats-server knows the roles and their subjects as the processes do", () => {
  // Write it anew: node -e "import('./platform/bus/nats-users.ts').then((m) => process.stdout.write(m.natsUsers()))"
  expect(read('components/secured/users.conf')).toBe(natsUsers());
});

test('cert-manager makes a certificate for each role, its first name the role', () => {
  const certificates = parseAllDocuments(read('cert-manager/certificates.yaml'))
    .map((document) => document.toJS())
    .filter(({ kind, spec }) => kind === 'Certificate' && !spec.isCA);
  const roles = certificates.filter(({ metadata }) => metadata.name !== 'gateway-https');
  expect(roles.map(({ spec }) => spec.dnsNames[0]).sort()).toEqual(
    HOLDERS.filter((holder) => holder !== 'https').sort(),
  );
  for (const { metadata, spec } of roles) expect(spec.secretName).toBe(`${metadata.name}-tls`);
});
