/** A relay in front of a listener, which can cut who is connected as a bad cable does. */
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

export type CuttableRelay = {
  /** Where it listens, unless at a path. */
  port: number;
  /** Cuts those whose name begins so, or all; says how many there were. */
  cut(name?: string): number;
  stop(): void;
};

export async function startRelay(
  listenAt: { host: string; port: number } | { path: string },
  to: NetConnectOpts,
  /** Who is connected, from the first bytes that it sends. */
  nameIn: (head: Buffer) => string = () => '',
): Promise<CuttableRelay> {
  const clients = new Map<Socket, string>();
  const server = createServer((client) => {
    const upstream = connect(to);
    clients.set(client, '');
    client.once('data', (head) => clients.set(client, nameIn(head)));
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
  server.listen(listenAt);
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut(name = '') {
      const chosen = [...clients].filter(([, one]) => one.startsWith(name));
      for (const [socket] of chosen) {
        // A reset is TCP's own: a Unix socket that goes is just gone.
        if ('path' in listenAt) socket.destroy();
        else socket.resetAndDestroy();
      }
      return chosen.length;
    },
    stop() {
      server.close();
      for (const socket of clients.keys()) socket.destroy();
    },
  };
}

/** Takes the place of the Unix socket at `path`: who connects from now on can be cut. Gives it back at `stop`. */
export async function takePlaceOf(
  path: string,
): Promise<Pick<CuttableRelay, 'cut'> & { stop(): Promise<void> }> {
  const beyond = `${path}.beyond`;
  await rename(path, beyond);
  const relay = await startRelay({ path }, { path: beyond });
  return {
    cut: relay.cut,
    async stop() {
      relay.stop();
      await rename(beyond, path);
    },
  };
}
