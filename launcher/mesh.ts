/** The whole mesh on this machine: nats-server, every role, and the order in which they end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFiles } from '#platform/process/watch-files.ts';
import { trustAlso } from '#platform/tls/trust-also.ts';
import { certificateOf, missingCertificates } from './certificates.ts';
import type { Console } from './console.ts';
import { natsConfig } from './nats-config.ts';
import { obtainNatsServer } from './nats-server.ts';
import { nodeEnvironment, nodeFlagsOf } from './node-runtime.ts';
import {
  gatewayUrlOf,
  type MeshSettings,
  planRoles,
  portsOf,
  type RolePlan,
  STAGES,
  type Stage,
} from './plan.ts';
import { problemsWithPorts } from './ports.ts';
import { untilReady } from './readiness.ts';
import { createReporter, type LogFile } from './reporter.ts';
import { type Program, type Supervised, supervise, type Watcher } from './supervise.ts';
import { startTracesServer, type TracesServer } from './traces/traces-server.ts';
import { clearUpAfterLauncher } from './watchdog.ts';

const ROOT = join(import.meta.dirname, '..');

/** The mesh cannot run, for a reason that a person can mend. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

export type Mesh = {
  url: string;
  /** The page of the last requests, where it was asked for. */
  tracesUrl?: string;
  /** Resolves when a radiograph would be scored. */
  ready(signal: AbortSignal): Promise<void>;
  /** Rejects with CannotRun when a process cannot be kept alive; never resolves. */
  failed: Promise<never>;
  /** In order, leaving nothing behind. */
  stop(): Promise<void>;
  /** All at once, without asking. */
  kill(): void;
};

export async function startMesh(
  mesh: MeshSettings,
  {
    console,
    verbose,
    logs,
    traces,
    signal,
  }: { console: Console; verbose: boolean; logs?: LogFile; traces: boolean; signal: AbortSignal },
): Promise<Mesh> {
  const socketFolder = await mkdtemp(join(tmpdir(), 'deepxray-'));
  const watchdog = clearUpAfterLauncher(socketFolder);
  let forget: () => void = () => undefined;
  const clearUp = async () => {
    forget();
    await rm(socketFolder, { recursive: true, force: true });
    watchdog.dismiss();
  };
  const running: { stage: Stage; supervised: Supervised }[] = [];
  let tracesServer: TracesServer | undefined;
  try {
    const roles = planRoles(mesh, socketFolder);
    const problems = await problemsWithPorts(portsOf(mesh, roles, traces));
    if (problems.length > 0) throw new CannotRun(problems.join('\n'));
    const [missing] = mesh.tlsFolder ? missingCertificates(mesh.tlsFolder) : [];
    if (missing !== undefined) {
      throw new CannotRun(
        `DEEPXRAY_TLS_FOLDER: there is no ${missing}; npm run dev-ca -- --out FOLDER makes them all`,
      );
    }
    if (traces) tracesServer = await startTracesServer(mesh.tracesPort);

    const { promise: failed, reject: fail } = Promise.withResolvers<never>();
    failed.catch(() => undefined);
    const reporter = createReporter({ console, verbose, ...(logs ? { logs } : {}) });
    const watcher: Watcher = {
      ...reporter,
      onGivenUp: (name, why) =>
        fail(new CannotRun(`${name} cannot be kept alive: ${why}${reporter.lastWords(name)}`)),
    };

    if (mesh.natsUrl === undefined) {
      const path = await obtainNatsServer((text) => console.say('launcher', text), signal);
      const config = mesh.tlsFolder ? await writeNatsConfig(mesh.tlsFolder, socketFolder) : undefined;
      const nats = supervise(natsProgram(path, mesh.natsPort, config, watchdog.guard), watcher);
      running.push({ stage: 'nats', supervised: nats });
      if (mesh.tlsFolder) {
        // It reads its certificate anew when it is told to.
        forget = watchFiles(Object.values(certificateOf(mesh.tlsFolder, 'nats')), () => nats.reload());
      }
    }
    if (mesh.tlsFolder) trustAlso(certificateOf(mesh.tlsFolder, 'https').ca);
    for (const role of roles) {
      running.push({ stage: role.stage, supervised: supervise(roleProgram(role, tracesServer), watcher) });
    }
    console.say('launcher', `starting ${running.length} processes`);

    return {
      url: gatewayUrlOf(mesh),
      ...(tracesServer ? { tracesUrl: tracesServer.url } : {}),
      failed,
      ready: (signal) => untilReady(gatewayUrlOf(mesh), signal, notReadyYet(console)),
      async stop() {
        reporter.quieten();
        for (const { supervised } of running) supervised.letGo();
        let stopping: Supervised[] = [];
        const tellForWhom = setTimeout(() => {
          const names = stopping.filter(({ pid }) => pid !== undefined).map(({ name }) => name);
          console.say('launcher', `still waiting for ${names.join(', ')}`, 'warning');
        }, SLOW_TO_STOP_MS);
        for (const stage of STAGES) {
          stopping = running.filter((one) => one.stage === stage).map(({ supervised }) => supervised);
          await Promise.all(stopping.map((process) => process.stop()));
        }
        clearTimeout(tellForWhom);
        reporter.stop();
        tracesServer?.stop();
        await clearUp();
      },
      kill() {
        for (const { supervised } of running) supervised.kill();
      },
    };
  } catch (thrown) {
    for (const { supervised } of running) supervised.kill();
    tracesServer?.stop();
    await clearUp();
    throw thrown;
  }
}

/** A person who looks at the page does not want to wait; who set it otherwise meant it. */
const SOON = { OTEL_BSP_SCHEDULE_DELAY: process.env.OTEL_BSP_SCHEDULE_DELAY ?? '500' };

/**
 * Processes end within tenths of a second, the first time in a copy of the project within two: then Node writes what it
 * has compiled. A person who waits longer is told for whom.
 */
const SLOW_TO_STOP_MS = 4000;

const notReadyYet = (console: Console) => ({
  tellEveryMs: 10_000,
  tell: (missing: string) => console.say('launcher', `not ready yet: ${missing}`, 'warning'),
});

const roleProgram = (
  { instance, role, entry, environment, socket }: RolePlan,
  tracesServer: TracesServer | undefined,
): Program => ({
  name: instance,
  command: process.execPath,
  arguments: [...nodeFlagsOf(role), join(ROOT, entry), `--role=${role}`],
  environment: {
    ...nodeEnvironment(instance, process.env),
    ...process.env,
    ...environment,
    ...(tracesServer ? { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: tracesServer.endpoint, ...SOON } : {}),
  },
  startedBy: 'message',
  ...(socket === undefined ? {} : { prepare: () => rm(socket, { force: true }) }),
});

async function writeNatsConfig(tlsFolder: string, folder: string): Promise<string> {
  const path = join(folder, 'nats.conf');
  await writeFile(path, natsConfig(tlsFolder));
  return path;
}

/** Core NATS only: no JetStream, so nothing of a radiograph is ever written to disk. */
const natsProgram = (
  command: string,
  port: number,
  config: string | undefined,
  onSpawn: (pid: number) => void,
): Program => ({
  name: 'nats-server',
  command,
  arguments: ['-a', '127.0.0.1', '-p', String(port), ...(config === undefined ? [] : ['--config', config])],
  environment: process.env,
  startedBy: /Server is ready/,
  onSpawn,
});
