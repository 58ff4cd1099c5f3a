/** Takes no new connections, lets what is in hand end, then lets go of the rest. */
import type { FastifyInstance } from 'fastify';
import type { SilentConnections } from './silent-connections.ts';

/** A connection is idle only once its answer is through: looked at again and again. */
const LOOK_EVERY_MS = 50;

export async function stopHttpServer(
  app: FastifyInstance,
  silent: SilentConnections,
  drainMs: number,
): Promise<void> {
  const lookForIdle = setInterval(() => {
    app.server.closeIdleConnections();
    silent.close();
  }, LOOK_EVERY_MS);
  const force = setTimeout(() => app.server.closeAllConnections(), drainMs);
  try {
    await app.close();
  } finally {
    clearInterval(lookForIdle);
    clearTimeout(force);
  }
}
