/** One process that is kept alive until it is told to stop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { judgeDeath } from './restart-policy.ts';

export type Program = {
  name: string;
  command: string;
  arguments: string[];
  environment: NodeJS.ProcessEnv;
  /** How it says that it is up: a message over IPC, or a line that it prints. */
  startedBy: 'message' | RegExp;
  /** Clears what an earlier life left behind. */
  prepare?(): Promise<void>;
  /** Called with the process id of each life. */
  onSpawn?(pid: number): void;
};

export type Watcher = {
  onLine(name: string, line: string): void;
  onStarted(name: string): void;
  onDeath(name: string, how: string, againAfterMs: number): void;
  /** It will not be started again. */
  onGivenUp(name: string, why: string): void;
};

export type Supervised = {
  readonly name: string;
  readonly isUp: boolean;
  readonly pid: number | undefined;
  /** No further starts; the process lives on. */
  letGo(): void;
  /** Has it read its configuration anew, where it is a program that does so at SIGHUP. */
  reload(): void;
  /** Resolves when the process is gone: asked first, killed when it takes longer than a process may. */
  stop(): Promise<void>;
  kill(): void;
};

/** A process ends itself 20 s after it was asked to stop. */
const STOP_WITHIN_MS = 22_000;

export function supervise(program: Program, watcher: Watcher): Supervised {
  let child: ChildProcess | undefined;
  let gone: Promise<unknown> = Promise.resolve();
  let isUp = false;
  let everStarted = false;
  let deathsInARow = 0;
  let kept = true;
  let restart: NodeJS.Timeout | undefined;

  const markStarted = () => {
    if (isUp) return;
    isUp = true;
    everStarted = true;
    watcher.onStarted(program.name);
  };

  const start = async () => {
    await program.prepare?.();
    if (!kept) return;
    const began = performance.now();
    const born = spawn(program.command, program.arguments, {
      env: program.environment,
      stdio: program.startedBy === 'message' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      // A terminal signals its whole group: in a group of its own each process is stopped in its turn.
      detached: true,
    });
    child = born;
    // 'close' comes after the last line was read, unlike 'exit'.
    gone = once(born, 'close').catch(() => undefined);
    if (born.pid !== undefined) program.onSpawn?.(born.pid);
    readLines(born, (line) => {
      if (program.startedBy !== 'message' && program.startedBy.test(line)) markStarted();
      watcher.onLine(program.name, line);
    });
    born.on('message', (message) => {
      if (message === 'started') markStarted();
    });
    let failure: string | undefined;
    born.on('error', (error) => {
      failure = error.message;
    });
    born.on('close', (code, signal) => {
      child = undefined;
      isUp = false;
      if (!kept) return;
      const how = failure ?? (signal ? `killed by ${signal}` : `ended with exit code ${code}`);
      const verdict = judgeDeath({
        exitCode: code,
        upMs: performance.now() - began,
        everStarted,
        deathsInARow,
      });
      if (!verdict.again) return watcher.onGivenUp(program.name, how);
      deathsInARow = verdict.deathsInARow;
      watcher.onDeath(program.name, how, verdict.afterMs);
      restart = setTimeout(begin, verdict.afterMs);
    });
  };
  const begin = () => void start().catch((thrown) => watcher.onGivenUp(program.name, String(thrown)));

  const signalChild = (signal: NodeJS.Signals) => {
    if (child?.pid !== undefined) child.kill(signal);
  };
  const letGo = () => {
    kept = false;
    clearTimeout(restart);
  };

  begin();
  return {
    name: program.name,
    get isUp() {
      return isUp;
    },
    get pid() {
      return child?.pid;
    },
    letGo,
    reload: () => signalChild('SIGHUP'),
    async stop() {
      letGo();
      if (!child) return;
      signalChild('SIGTERM');
      // A frozen process hears nothing until it is thawed.
      signalChild('SIGCONT');
      const force = setTimeout(() => signalChild('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(force);
    },
    kill() {
      letGo();
      signalChild('SIGKILL');
    },
  };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  }
}
