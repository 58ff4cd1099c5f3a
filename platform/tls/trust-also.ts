/** Trusts one more authority in this process, beside those of the system: a mesh's own. */
import { readFileSync } from 'node:fs';
import tls from 'node:tls';

export function trustAlso(caFile: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates(), readFileSync(caFile, 'utf8')]);
}
