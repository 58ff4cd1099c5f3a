/**
 * Who a process is to its peers: a certificate with its key, and the authority that it trusts to vouch for
 * others. Files are read anew when they change, so that a certificate is renewed without a restart.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { watchFiles } from '../process/watch-files.ts';

/** Paths of PEM files. */
export type IdentityFiles = { cert: string; key: string; ca?: string };

/** Their content. */
export type Certificates = { cert: Buffer; key: Buffer; ca?: Buffer };

export type Identity = {
  readonly files: IdentityFiles;
  readonly current: Certificates;
  /** Called with what holds from now on. */
  onChange(listener: (certificates: Certificates) => void): () => void;
  close(): void;
};

/** Throws an Error that names the file and what is wrong with it. */
export function openIdentity(
  files: IdentityFiles,
  { onReload }: { onReload(error: Error | undefined): void },
): Identity {
  let current = read(files);
  const listeners = new Set<(certificates: Certificates) => void>();
  const reload = () => {
    let next: Certificates;
    try {
      next = read(files);
    } catch (thrown) {
      // One of the two may be new already and the other not yet: what holds stays until both fit.
      return onReload(thrown as Error);
    }
    current = next;
    for (const listener of listeners) listener(current);
    onReload(undefined);
  };
  const close = watchFiles(Object.values(files), reload);
  return {
    files,
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close,
  };
}

function read(files: IdentityFiles): Certificates {
  const { cert, key, ca } = Object.fromEntries(
    Object.entries(files).map(([kind, path]) => [kind, readPem(path)]),
  ) as Certificates;
  const certificates = { cert, key, ...(ca ? { ca } : {}) };
  try {
    createSecureContext(certificates);
  } catch (thrown) {
    const why = (thrown as Error).message;
    throw new Error(`${files.cert} and ${files.key} are no certificate with its key (${why})`);
  }
  return certificates;
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new Error(`${path} cannot be read (${(thrown as NodeJS.ErrnoException).code})`);
  }
}
