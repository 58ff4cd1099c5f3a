/**
 * A gateway that is about to go has its clients leave first: each answer is the last on its connection, so
 * that the next request comes by a new one, which finds another gateway. To close a connection that a client
 * believes is open loses the request that it sends just then.
 */
import type { FastifyInstance } from 'fastify';

export function haveClientsLeave(app: FastifyInstance, isLeaving: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isLeaving()) reply.raw.setHeader('connection', 'close');
    done();
  });
}
