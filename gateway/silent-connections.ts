/**
 * Connections that were opened and never asked anything, as browsers and load balancers keep them ready. Node takes
 * them for busy until their headers are overdue, so that they would hold up a stop.
 */
import { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';

/** Who connects to ask does so by then. */
const SILENT_FOR_MS = 1000;

export type SilentConnections = {
  /** Closes those that have said nothing since they were opened. */
  close(): void;
};

export function watchSilentConnections(server: Server): SilentConnections {
  const openedAt = new Map<Socket, number>();
  // Over TLS a connection counts once it is secured: before, the handshake has its own time.
  server.on(server instanceof HttpServer ? 'connection' : 'secureConnection', (socket: Socket) => {
    openedAt.set(socket, performance.now());
    socket.once('close', () => openedAt.delete(socket));
  });
  return {
    close() {
      for (const [socket, at] of openedAt) {
        if (socket.bytesRead === 0 && performance.now() - at > SILENT_FOR_MS) socket.destroy();
      }
    },
  };
}
