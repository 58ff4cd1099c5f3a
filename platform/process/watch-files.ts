/**
 * Tells when files change. They are looked at by name, since what mounts secrets (Kubernetes, for one) swaps a
 * link above them, of which a watch on the file itself hears nothing.
 */
import { unwatchFile, watchFile } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/** `onChange` may come while a file is half written: who reads it keeps what it had until it can be read. */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  const listener = () => onChange();
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
