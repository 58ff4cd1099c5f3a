/** A Unix socket outlives a process that was killed, and no other can listen on it until it is removed. */
import { unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Throws if a living process listens there: its socket is not ours to take. */
export async function removeStaleSocket(path: string): Promise<void> {
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', resolve);
  });
  if (problem === undefined) throw new Error(`another process listens on ${path}`);
  // Connecting to a plain file is refused too, but as something else: that is not ours to remove.
  if (problem.code === 'ECONNREFUSED') await unlink(path);
}
