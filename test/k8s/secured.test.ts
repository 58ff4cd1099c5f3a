/**
 * `components/secured` on a cluster: certificates of an authority for tests, keys in the place of a provider's tokens. A minute
 * long: on request, DEEPXRAY_K8S_SECURED=1.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HOLDERS, writeCertificates } from '../../deploy/dev-ca/write-certificates.ts';
import { formatApiKeys, makeApiKey } from '../../platform/access/api-key-file.ts';
import { trustAlso } from '../../platform/tls/trust-also.ts';
import { syntheticHand } from '../harness/hands.ts';
import { scoreJson } from '../harness/score.ts';
import { inNamespace } from './harness/kubectl.ts';
import { apply, gatewayUrl, install, ROOT } from './harness/mesh-on-cluster.ts';

const run = promisify(execFile);
const FOLDER = 'test/k8s/secured';

const wanted = inject('cluster') && process.env.DEEPXRAY_K8S_SECURED === '1';
describe.skipIf(!wanted)('components/secured', () => {
  let folder: string;
  let url: string;
  const { key, record } = makeApiKey({ name: 'clinic', scopes: ['score'] });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deepxray-secured-'));
    // Its pods wait for the Secrets, and the certificate for clients wants the Service's address.
    await install(FOLDER, async () => {
      await apply(FOLDER);
      url = await gatewayUrl();
      await writeCertificates(folder, { names: [new URL(url).hostname, '*.nats-peers'] });
      trustAlso(join(folder, 'ca.pem'));
      for (const holder of HOLDERS) {
        const files = { 'tls.crt': `${holder}.pem`, 'tls.key': `${holder}-key.pem`, 'ca.crt': 'ca.pem' };
        await createSecret(holder === 'https' ? 'gateway-https' : `${holder}-tls`, files);
      }
      await writeFile(join(folder, 'api-keys.json'), formatApiKeys([record]));
      await createSecret('api-keys', { 'api-keys.json': 'api-keys.json' });
    });
  });
  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  const createSecret = (name: string, files: Record<string, string>) =>
    inNamespace([
      ...['create', 'secret', 'generic', name],
      ...Object.entries(files).map(([as, file]) => `--from-file=${as}=${join(folder, file)}`),
    ]);

  test('a film with a key gets ten scores over HTTPS, as npm run score asks for them', async () => {
    const film = join(folder, 'hand.png');
    await writeFile(film, (await syntheticHand(1)).png);
    const env = { ...process.env, DEEPXRAY_TOKEN: key, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    const { stderr } = await run(process.execPath, [join(ROOT, 'cli/main.ts'), film, '--url', url], { env });
    expect(stderr).toContain('10 joints scored');
  });

  test('a film without a key, or with another, is refused', async () => {
    const { png } = await syntheticHand(1);
    expect((await scoreJson({ url }, png)).status).toBe(401);
    const { key: unknown } = makeApiKey({ name: 'nobody', scopes: ['score'] });
    expect((await scoreJson({ url }, png, { headers: { authorization: `Bearer ${unknown}` } })).status).toBe(
      401,
    );
  });

  test('plain HTTP gets no answer', async () => {
    await expect(fetch(`${url.replace('https:', 'http:')}:443/readyz`)).rejects.toThrow('fetch failed');
  });

  test('the audit says who had a film scored, and by which version', async () => {
    const lines = (await inNamespace(['logs', 'deployment/gateway'])).split('\n');
    const audited = lines.filter((line) => line.includes('"audit":true')).map((line) => JSON.parse(line));
    expect(audited).toContainEqual(
      expect.objectContaining({
        action: 'score',
        outcome: 'ok',
        who: expect.objectContaining({ by: 'api-key', subject: 'clinic' }),
        models: expect.anything(),
      }),
    );
  });
});
