/** Somebody else's program beside a test: started until it is ready, and gone when told so. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from './wait-until.ts';

export type Program = { stop(): Promise<void> };

/** `isReady` is given what the program has said on standard error so far. Throws with that if it is not ready in time. */
export async function startProgram(
  path: string,
  args: readonly string[],
  { env = {}, isReady }: { env?: Record<string, string>; isReady(said: string): boolean | Promise<boolean> },
): Promise<Program> {
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    await waitUntil(`${path} is ready`, () => isReady(said), { within: 30_000, explain: () => said });
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { stop };
}
