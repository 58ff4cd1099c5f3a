/** A real gateway by itself, for what can be seen at its two edges. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sumOfSamples } from './sum-of-samples.ts';
import { waitUntil } from './wait-until.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'gateway', 'main.ts');
const STARTED_WITHIN_MS = 30_000;

export type Gateway = {
  url: string;
  port: number;
  pid: number;
  /** All that it logged. */
  output(): string;
  /** The value of a figure in /metrics: the sum over its attributes. */
  metric(name: string): Promise<number>;
  /** Resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

export async function startGateway(orchestrator: string, env: Record<string, string> = {}): Promise<Gateway> {
  const child = spawn(process.execPath, [MAIN, '--role=gateway'], {
    env: {
      ...process.env,
      DEEPXRAY_HTTP_PORT: '0',
      DEEPXRAY_ADMIN_PORT: '0',
      DEEPXRAY_ORCHESTRATOR: orchestrator,
      ...env,
    },
    // The channel ends it if the tests are killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const exited = once(child, 'exit');
  const url = await waitUntil(
    'the gateway listens',
    () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`);
      return /Server listening at (http:[^"]+)/.exec(lines.join('\n'))?.[1];
    },
    { within: STARTED_WITHIN_MS, explain: () => lines.join('\n') },
  );
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    output: () => lines.join('\n'),
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return sumOfSamples(text, new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}
