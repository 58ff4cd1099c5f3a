/** A real nats-server behind a relay that can cut one client's connection, or all, as a bad cable does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { obtainNatsServer } from '../../launcher/nats-server.ts';
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
  const clients = new Map<Socket, string>();

  const relay = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    clients.set(client, '');
    client.once('data', (head) => clients.set(client, NAME.exec(head.toString('latin1'))?.[1] ?? ''));
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        clients.delete(client);
        other.destroy();
      });
    }
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');

  return {
    url: `nats://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    cut(name) {
      const chosen = [...clients].filter(([, one]) => one.startsWith(name));
      for (const [socket] of chosen) socket.resetAndDestroy();
      return chosen.length;
    },
    async restart() {
      server.kill('SIGKILL');
      await once(server, 'exit');
      server = await startServer(program, port);
    },
    stop() {
      server.kill('SIGKILL');
      relay.close();
      for (const socket of clients.keys()) socket.destroy();
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
