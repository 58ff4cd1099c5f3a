/** The life of a launcher: settings, the mesh, something to do with it, signals, the end. */
import { createWriteStream } from 'node:fs';
import { accessSettings } from '#platform/access/settings.ts';
import { InvalidSettings, readSettings } from '#platform/process/settings.ts';
import { settings } from './config.ts';
import { type Console, createConsole } from './console.ts';
import { CannotRun, type Mesh, startMesh } from './mesh.ts';
import { NoNatsServer } from './nats-server.ts';
import type { StartOptions } from './options.ts';
import { onWishToStop } from './wishes-to-stop.ts';

/** Why everything stops, when a person wants it so. */
class Stopped extends Error {
  override name = 'Stopped';
}

export type Use = (mesh: Mesh, surroundings: { console: Console; signal: AbortSignal }) => Promise<void>;

/** Starts the mesh, uses it once it is ready, and stops it when `use` is done or a person wishes so. */
export async function runMesh({ verbose, logs, traces }: StartOptions, use: Use): Promise<void> {
  const console = createConsole(process.stdout);
  const stopping = new AbortController();
  let mesh: Mesh | undefined;
  // Whatever happens to this process, no child outlives it.
  process.on('exit', () => mesh?.kill());
  onWishToStop({
    stop() {
      console.say('launcher', 'stopping');
      stopping.abort(new Stopped());
    },
    force() {
      console.say('launcher', 'stopping by force', 'warning');
      mesh?.kill();
      void console.flush().then(() => process.exit(130));
    },
  });

  const began = performance.now();
  let exitCode = 0;
  try {
    const { signal } = stopping;
    const logFile = logs === undefined ? undefined : createWriteStream(logs, { flags: 'a' });
    // The roles' own, too, so that all that is open where nothing may be is said at once.
    const values = readSettings({ ...settings, ...accessSettings }, process.env);
    mesh = await startMesh(values, {
      console,
      verbose,
      traces,
      signal,
      ...(logFile ? { logs: { write: (line: string) => logFile.write(`${line}\n`) } } : {}),
    });
    await Promise.race([mesh.ready(signal), mesh.failed]);
    console.say('launcher', `ready after ${seconds(began)}`, 'good');
    await Promise.race([use(mesh, { console, signal }), mesh.failed, aborted(signal)]);
  } catch (thrown) {
    if (!stopping.signal.aborted) {
      exitCode = 1;
      for (const line of explain(thrown).split('\n')) console.say('launcher', line, 'error');
    }
  }
  const stopBegan = performance.now();
  await mesh?.stop();
  if (mesh) console.say('launcher', `stopped in ${seconds(stopBegan)}`);
  await console.flush();
  process.exit(exitCode);
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** What a person can act on in one line; what is our own mistake with its stack. */
function explain(thrown: unknown): string {
  const isExpected = [CannotRun, NoNatsServer, InvalidSettings].some((kind) => thrown instanceof kind);
  if (isExpected) return (thrown as Error).message;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
