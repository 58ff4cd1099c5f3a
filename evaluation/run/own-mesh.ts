/** A mesh for the length of an evaluation, where none is named. */

import { InvalidSettings, readSettings } from '#platform/process/settings.ts';
import { settings } from '../../launcher/config.ts';
import { createConsole } from '../../launcher/console.ts';
import { CannotRun, startMesh } from '../../launcher/mesh.ts';
import { NoNatsServer } from '../../launcher/nats-server.ts';
import { CannotEvaluate } from '../cannot-evaluate.ts';

export type Address = { url: string; grpc: string | undefined };

/** Starts it, uses it, stops it. Throws CannotEvaluate where it cannot run. */
export async function withOwnMesh(
  environment: Record<string, string | undefined>,
  signal: AbortSignal,
  use: (address: Address, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const console = createConsole(process.stderr);
  const mesh = await startMesh(settingsOf(environment), {
    console,
    verbose: false,
    traces: false,
    signal,
  }).catch(explained);
  const killAll = () => mesh.kill();
  // Whatever happens to this process, no child outlives it.
  process.once('exit', killAll);
  const failing = new AbortController();
  mesh.failed.catch((thrown) => failing.abort(thrown));
  const either = AbortSignal.any([signal, failing.signal]);
  try {
    await mesh.ready(either);
    const grpc = `127.0.0.1:${settingsOf(environment).grpcPort}`;
    await use({ url: mesh.url, grpc }, either);
  } catch (thrown) {
    explained(failing.signal.aborted ? failing.signal.reason : thrown);
  } finally {
    await mesh.stop();
    process.off('exit', killAll);
  }
}

function settingsOf(environment: Record<string, string | undefined>) {
  try {
    return readSettings(settings, environment);
  } catch (thrown) {
    return explained(thrown);
  }
}

function explained(thrown: unknown): never {
  const isExpected = [CannotRun, NoNatsServer, InvalidSettings].some((kind) => thrown instanceof kind);
  if (isExpected) {
    const { message } = thrown as Error;
    throw new CannotEvaluate(message, 'or name a mesh that is running with --url and --grpc');
  }
  throw thrown;
}
