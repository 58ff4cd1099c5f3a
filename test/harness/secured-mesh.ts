/** A mesh with all of its security on: certificates, an OpenID provider, API keys, an audit. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, credentials, Metadata } from '@grpc/grpc-js';
import { writeCertificates } from '../../deploy/dev-ca/write-certificates.ts';
import { type ApiKeyRecord, formatApiKeys, makeApiKey } from '../../platform/access/api-key-file.ts';
import type { Scope } from '../../platform/access/scopes.ts';
import { trustAlso } from '../../platform/tls/trust-also.ts';
import { type Mesh, startMesh } from './mesh.ts';
import { type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts';

export type SecuredMesh = {
  mesh: Mesh;
  provider: OpenIdProvider;
  /** Of the mesh's authority. */
  tls: string;
  /** Of an authority that the mesh knows nothing of. */
  otherTls: string;
  /** Makes a key that holds at once, as far as the file goes. */
  addKey(name: string, scopes: Scope[], expires?: string): Promise<string>;
  revokeKeys(name: string): Promise<void>;
  /** Lines of one process. */
  audit(instance: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
};

export type Pem = { ca: Buffer; cert: Buffer; key: Buffer };

export async function pemOf(folder: string, holder: string): Promise<Pem> {
  const [ca, cert, key] = await Promise.all(
    ['ca', holder, `${holder}-key`].map((name) => readFile(join(folder, `${name}.pem`))),
  );
  return { ca: ca!, cert: cert!, key: key! };
}

/** As an internal service shows itself. */
export const channelOf = ({ ca, cert, key }: Pem): ChannelCredentials => credentials.createSsl(ca, key, cert);

export function bearing(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

export async function startSecuredMesh({
  env = {},
  logs,
}: {
  env?: Record<string, string>;
  logs?: string;
} = {}): Promise<SecuredMesh> {
  const folder = await mkdtemp(join(tmpdir(), 'deepxray-secured-'));
  const [tls, otherTls] = [join(folder, 'tls'), join(folder, 'other-tls')];
  await writeCertificates(tls);
  await writeCertificates(otherTls);
  trustAlso(join(tls, 'ca.pem'));
  const provider = await startOpenIdProvider();

  const keyFile = join(folder, 'api-keys.json');
  let records: ApiKeyRecord[] = [];
  const writeKeys = () => writeFile(keyFile, formatApiKeys(records));
  await writeKeys();

  const audit = join(folder, 'audit');
  const mesh = await startMesh({
    scoringPods: 1,
    ...(logs === undefined ? {} : { logs }),
    env: {
      DEEPXRAY_REQUIRE_SECURITY: 'true',
      DEEPXRAY_TLS_FOLDER: tls,
      DEEPXRAY_OIDC_ISSUER: provider.issuer,
      DEEPXRAY_CLOCK_SKEW: '2',
      DEEPXRAY_API_KEYS: keyFile,
      DEEPXRAY_REQUESTS_PER_MINUTE: '100000',
      DEEPXRAY_AUDIT: audit,
      ...env,
    },
  });
  return {
    mesh,
    provider,
    tls,
    otherTls,
    async addKey(name, scopes, expires) {
      const { key, record } = makeApiKey({ name, scopes, expires });
      records = [...records, record];
      await writeKeys();
      return key;
    },
    async revokeKeys(name) {
      records = records.filter((record) => record.name !== name);
      await writeKeys();
    },
    async audit(instance) {
      const text = await readFile(join(audit, `${instance}.jsonl`), 'utf8');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop() {
      await mesh.stop();
      provider.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
