/** A real mesh for tests, with verbs: start, stop, kill, freeze, thaw, wait until. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { adminPorts } from './admin-ports.ts';
import { freePorts } from './free-ports.ts';
import { childOf, type MeshProcess, processesBelow, stillAlive } from './processes.ts';
import { waitUntil } from './wait-until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LAUNCHER = join(ROOT, 'launcher', 'main.ts');

/** Generous: a cold start on a machine whose cores are busy with something else. */
const READY_WITHIN_MS = 90_000;
const HEALED_WITHIN_MS = 5000;
const RECENT_LINES = 60;

export type Mesh = {
  url: string;
  /** host:port of the orchestrator's gRPC. */
  grpc: string;
  natsUrl: string;
  /** Of each process, in the launcher's order. */
  port(setting: 'HTTP' | 'GRPC' | 'NATS' | 'ADMIN' | 'TRACES'): number;
  readonly launcherPid: number;
  /** Those that live now. */
  processes(role?: string): MeshProcess[];
  /** kill -9; resolves with the process id once it is gone. */
  kill(role: string, which?: number): Promise<number>;
  /** SIGTERM; resolves once it is gone. */
  terminate(role: string, which?: number): Promise<number>;
  freeze(role: string, which?: number): Promise<number>;
  thaw(pid: number): void;
  /** Every process is there again and can serve, and a radiograph would be scored. */
  healed(within?: number): Promise<void>;
  waitUntil<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    within: number,
  ): Promise<T>;
  /** As Ctrl-C does; resolves with the exit code. What is left behind is in `leftBehind`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  leftBehind(): MeshProcess[];
  /** What the launcher said, and the roles' log lines through it. */
  output(): string;
};

export type MeshSettings = {
  scoringPods?: number;
  env?: Record<string, string>;
  /** File that every line of every process is appended to. */
  logs?: string;
  /** With the page of the last requests. */
  traces?: boolean;
  /** Do not wait until a radiograph would be scored, as where no pod can. */
  unready?: boolean;
  /** As a person types it: `npm start`. */
  byNpm?: boolean;
};

export async function startMesh({
  scoringPods = 2,
  env = {},
  logs,
  traces,
  unready,
  byNpm,
}: MeshSettings = {}): Promise<Mesh> {
  const ports = { ...(await freePorts()), DEEPXRAY_SCORING_PODS: String(scoringPods), ...env };
  const settings = { cwd: ROOT, env: { ...process.env, NO_COLOR: '1', ...ports }, detached: true };
  const more = [...(logs === undefined ? [] : ['--logs', logs]), ...(traces ? ['--traces'] : [])];
  const launcher = byNpm
    ? spawn('npm', ['start', '--', '--verbose'], { ...settings, stdio: ['ignore', 'pipe', 'pipe'] })
    : // The channel ends the mesh if the tests are killed.
      spawn(process.execPath, [LAUNCHER, '--verbose', ...more], {
        ...settings,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
  const mesh = wrap(launcher, ports);
  try {
    if (unready) {
      await mesh.waitUntil('every process is there', () => isWhole(mesh, scoringPods), READY_WITHIN_MS);
      await mesh.waitUntil('the gateway is healthy', () => answers(`${mesh.url}/healthz`), READY_WITHIN_MS);
    } else {
      await mesh.waitUntil('the mesh is ready', () => answers(`${mesh.url}/readyz`), READY_WITHIN_MS);
    }
    return mesh;
  } catch (thrown) {
    await mesh.stop('SIGKILL');
    throw thrown;
  }
}

function wrap(launcher: ChildProcess, ports: Record<string, string>): Mesh {
  const recent: string[] = [];
  const all: string[] = [];
  for (const stream of [launcher.stdout!, launcher.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      all.push(line);
      recent.push(line);
      if (recent.length > RECENT_LINES) recent.shift();
    });
  }
  // npm's child is the launcher itself, with no shell between them.
  const launcherPid = () => childOf(launcher.pid!, 'launcher/main.ts') ?? launcher.pid!;
  const closed = once(launcher, 'close');
  const hasEnded = () => launcher.exitCode !== null || launcher.signalCode !== null;
  const port = (setting: string) => Number(ports[`DEEPXRAY_${setting}_PORT`]);
  const processes = (role?: string) =>
    hasEnded() ? [] : processesBelow(launcherPid()).filter((one) => role === undefined || one.role === role);
  const scoringPods = Number(ports.DEEPXRAY_SCORING_PODS);
  let seen: MeshProcess[] = [];

  const explain = () =>
    [
      hasEnded() ? `the launcher ended with ${launcher.exitCode ?? launcher.signalCode}` : 'processes:',
      ...processes().map(({ pid, role, state }) => `  ${String(pid).padStart(7)} ${state.padEnd(4)} ${role}`),
      'recent lines:',
      ...recent.map((line) => `  ${line}`),
    ].join('\n');
  const until: Mesh['waitUntil'] = (what, look, within) =>
    waitUntil(
      what,
      () => {
        if (hasEnded()) throw new Error('the launcher has ended');
        return look();
      },
      { within, explain },
    );
  const signal = (name: NodeJS.Signals, role: string, which: number): number => {
    const target = processes(role)[which];
    if (!target) throw new Error(`no ${role} number ${which}\n${explain()}`);
    process.kill(target.pid, name);
    return target.pid;
  };
  const gone = async (target: number) => {
    await until(`process ${target} is gone`, () => !processes().some((one) => one.pid === target), 30_000);
    return target;
  };

  const mesh: Mesh = {
    url: ports.DEEPXRAY_TLS_FOLDER ? `https://localhost:${port('HTTP')}` : `http://127.0.0.1:${port('HTTP')}`,
    grpc: `127.0.0.1:${port('GRPC')}`,
    natsUrl:
      ports.DEEPXRAY_NATS_URL ??
      (ports.DEEPXRAY_TLS_FOLDER ? `tls://localhost:${port('NATS')}` : `nats://127.0.0.1:${port('NATS')}`),
    port,
    get launcherPid() {
      return launcherPid();
    },
    processes,
    kill: (role, which = 0) => gone(signal('SIGKILL', role, which)),
    terminate: (role, which = 0) => gone(signal('SIGTERM', role, which)),
    async freeze(role, which = 0) {
      const target = signal('SIGSTOP', role, which);
      const isStopped = () => processes().some((one) => one.pid === target && one.state.startsWith('T'));
      await until(`process ${target} is frozen`, isStopped, 5000);
      return target;
    },
    thaw: (target) => void process.kill(target, 'SIGCONT'),
    async healed(within = HEALED_WITHIN_MS) {
      const isHealed = async () =>
        isWhole(mesh, scoringPods) &&
        (await canAllServe(mesh, scoringPods)) &&
        (await answers(`${mesh.url}/readyz`));
      await until('the mesh has healed', isHealed, within);
    },
    waitUntil: until,
    async stop(name = 'SIGINT') {
      seen = processes();
      // A terminal signals the whole group.
      if (!hasEnded()) process.kill(-launcher.pid!, name);
      await closed;
      return launcher.exitCode;
    },
    leftBehind: () => stillAlive(seen),
    output: () => all.join('\n'),
  };
  return mesh;
}

/** Gateway, orchestrator, and two processes for each pod; nats-server where it is ours. */
function isWhole(mesh: Mesh, scoringPods: number): boolean {
  const roles = mesh.processes().filter((one) => one.role !== 'nats-server' && !one.state.startsWith('Z'));
  return roles.length === 2 + 2 * (2 + scoringPods);
}

/** Each says so of itself: one of two that is there and still loads would leave the other alone. */
async function canAllServe(mesh: Mesh, scoringPods: number): Promise<boolean> {
  // Where certificates are asked for, none is shown here.
  if (mesh.url.startsWith('https:')) return true;
  const ports = adminPorts(mesh, scoringPods);
  const healthy = await Promise.all(ports.map(({ port }) => answers(`http://127.0.0.1:${port}/healthz`)));
  return healthy.every(Boolean);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
