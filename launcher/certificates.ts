/** Where each role's certificate is in the folder that `npm run dev-ca` makes. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { STEPS } from '#platform/bus/subjects.ts';

const HOLDERS = ['gateway', 'https', 'orchestrator', ...STEPS, 'model-server', 'nats'];

export const certificateOf = (folder: string, holder: string) => ({
  cert: join(resolve(folder), `${holder}.pem`),
  key: join(resolve(folder), `${holder}-key.pem`),
  ca: join(resolve(folder), 'ca.pem'),
});

/** The files that a mesh needs and the folder lacks. */
export const missingCertificates = (folder: string): string[] =>
  [...new Set(HOLDERS.flatMap((holder) => Object.values(certificateOf(folder, holder))))].filter(
    (path) => !existsSync(path),
  );

/** What a process of this role (`model-server:<pod>`, too) is told of its certificates. */
export function certificateSettings(folder: string, role: string): Record<string, string> {
  const { cert, key, ca } = certificateOf(folder, role.split(':')[0]!);
  const https = certificateOf(folder, 'https');
  return {
    DEEPXRAY_TLS_CERT: cert,
    DEEPXRAY_TLS_KEY: key,
    DEEPXRAY_TLS_CA: ca,
    ...(role === 'gateway' ? { DEEPXRAY_HTTP_TLS_CERT: https.cert, DEEPXRAY_HTTP_TLS_KEY: https.key } : {}),
  };
}
