/**
 * A gateway that is about to go has its clients leave first: each answer is the last on its connection, so
 * that the next request comes by a new one, which finds another gateway. To close a connection that a client
 * believes is open loses the request that it sends just then.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';

export function haveClientsLeave(app: FastifyInstance, isLeaving: () => boolean): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isLeaving()) {
      // Fastify itself says so of every answer once it closes, which is too early for those of `isStillSending`.
      if (isStillSending(request)) reply.raw.removeHeader('connection');
      else reply.raw.setHeader('connection', 'close');
    }
    done();
  });
}

/**
 * Node closes such a connection with the answer, and what is on its way then makes the system reset it: the
 * client loses the answer. Its next request will do.
 */
const isStillSending = ({ headers, raw }: FastifyRequest): boolean =>
  !raw.complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
