/**
 * nats-server cannot notice that its launcher was killed (our roles do, by their IPC channel), nor
 * does the folder of sockets vanish by itself. So one tiny shell waits at a pipe that only the
 * launcher holds open, and clears up when it closes.
 */
import { spawn } from 'node:child_process';

export type Watchdog = {
  /** The process to end when the launcher is gone; the latest one counts. */
  guard(pid: number): void;
  /** Nothing is left to clear up. */
  dismiss(): void;
};

const SCRIPT = `
  while read -r said; do pid=$said; done
  [ "$pid" = dismissed ] && exit
  [ -n "$pid" ] && kill -KILL "$pid"
  rm -rf "$0"
`;

export function clearUpAfterLauncher(folder: string): Watchdog {
  const shell = spawn('sh', ['-c', SCRIPT, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not hit by what a terminal sends to the launcher's group.
    detached: true,
  });
  // Without a shell nothing is lost but this one precaution.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  return {
    guard: (pid) => shell.stdin.write(`${pid}\n`),
    dismiss: () => shell.stdin.end('dismissed\n'),
  };
}
