/** The folder that `DEEPXRAY_TLS_FOLDER` names: the authority, and a certificate with its key for each role. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROLES } from '#platform/telemetry/names.ts';
import { type Authority, createAuthority, type Pem, readAuthority } from './authority.ts';

/** `https` is what clients of the gateway see; `client` is for internal services and for who reads metrics. */
export const HOLDERS = [...ROLES, 'nats', 'https', 'client'] as const;

const HERE = ['localhost', '127.0.0.1', '::1'];
/** Browsers take no longer ones. */
const DAYS = 90;
const AUTHORITY_DAYS = 365;

/** Signs new certificates by the authority that is there, or by a new one. Answers whether it is new. */
export async function writeCertificates(
  folder: string,
  { names = [], fresh = false }: { names?: readonly string[]; fresh?: boolean } = {},
): Promise<{ isNew: boolean }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = fresh ? undefined : await readKnown(folder);
  const authority = known ?? (await createAuthority({ days: AUTHORITY_DAYS }));
  if (!known) await writePem(folder, 'ca', authority.pem);
  for (const holder of HOLDERS) {
    const pem = await authority.sign({ names: [holder, ...HERE, ...names], days: DAYS });
    await writePem(folder, holder, pem);
  }
  return { isNew: !known };
}

async function readKnown(folder: string): Promise<Authority | undefined> {
  try {
    const [cert, key] = await Promise.all(
      ['ca.pem', 'ca-key.pem'].map((file) => readFile(join(folder, file), 'utf8')),
    );
    return await readAuthority({ cert: cert!, key: key! });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Each file is there whole or not at all: a process may look at any moment. */
async function writePem(folder: string, name: string, { cert, key }: Pem): Promise<void> {
  for (const [file, text] of [
    [`${name}-key.pem`, key],
    [`${name}.pem`, cert],
  ] as const) {
    const path = join(folder, file);
    await writeFile(`${path}.new`, `${text.trim()}\n`, { mode: 0o600 });
    await chmod(`${path}.new`, file.endsWith('-key.pem') ? 0o600 : 0o644);
    await rename(`${path}.new`, path);
  }
}
