/** A real nats-server whose clients can be cut off, one or all, and which can be killed and replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { obtainNatsServer } from '../../launcher/nats-server.ts';
import { startRelay } from './cuttable-relay.ts';
import { freePorts } from './free-ports.ts';

export type CuttableNats = {
  url: string;
  /** Cuts those whose client name begins so; says how many there were. */
  cut(name: string): number;
  /** kill -9 and a new, empty server on the same port; whoever was connected is cut. */
  restart(): Promise<void>;
  stop(): void;
};

/** The first line that a NATS client sends. */
const NAME = /CONNECT \{[^\r\n]*?"name":"([^"]*)"/;

export async function startCuttableNats(): Promise<CuttableNats> {
  const program = await obtainNatsServer(() => undefined, AbortSignal.timeout(300_000));
  const port = (await freePorts()).DEEPXRAY_NATS_PORT!;
  let server = await startServer(program, port);
  const relay = await startRelay(
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: Number(port) },
    (head) => NAME.exec(head.toString('latin1'))?.[1] ?? '',
  );

  return {
    url: `nats://127.0.0.1:${relay.port}`,
    cut: relay.cut,
    async restart() {
      server.kill('SIGKILL');
      await once(server, 'exit');
      server = await startServer(program, port);
    },
    stop() {
      server.kill('SIGKILL');
      relay.stop();
    },
  };
}

async function startServer(program: string, port: string): Promise<ChildProcess> {
  const server = spawn(program, ['-a', '127.0.0.1', '-p', port], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${said}`)));
    server.stderr!.on('data', (text) => {
      said += text;
      if (said.includes('Server is ready')) resolve();
    });
  });
  return server;
}
