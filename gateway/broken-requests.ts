/** What is no HTTP, came too slowly or broke off has no route: it is answered on the bare connection. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomId } from '#platform/domain/random-id.ts';
import { DeepXRayError, type ErrorCode } from '#platform/errors/code.ts';
import { problemOf } from '#platform/errors/problem.ts';
import { PROBLEM_TYPE } from './answer/problems.ts';

type Current = { requestId: string; traceId: string; response: ServerResponse };

/** Codes of Node's HTTP parser for a body that ended before it should. */
const INTERRUPTED = new Set(['HPE_INVALID_EOF_STATE', 'ERR_HTTP_REQUEST_TIMEOUT']);

export function answerBrokenRequests() {
  const currentOf = new WeakMap<Socket, Current>();
  return {
    remember(request: FastifyRequest, reply: FastifyReply): void {
      const { requestId, traceId } = request.identity;
      currentOf.set(request.raw.socket, { requestId, traceId, response: reply.raw });
    },

    answer(thrown: NodeJS.ErrnoException, socket: Socket): void {
      const current = currentOf.get(socket);
      const open = current && !current.response.writableFinished ? current : undefined;
      // Into an answer that has begun nothing else can be written.
      if (thrown.code === 'ECONNRESET' || !socket.writable || open?.response.headersSent) {
        socket.destroy();
        return;
      }
      const code: ErrorCode = INTERRUPTED.has(thrown.code ?? '') ? 'upload-interrupted' : 'bad-request';
      const text =
        code === 'bad-request'
          ? 'This is not HTTP as it should be.'
          : 'The request broke off before its end.';
      const { requestId, traceId } = open ?? { requestId: randomId(), traceId: randomId() };
      const problem = problemOf(new DeepXRayError(code, text), { requestId, traceId });
      const body = JSON.stringify(problem);
      socket.end(
        [
          'HTTP/1.1 400 Bad Request',
          `content-type: ${PROBLEM_TYPE}`,
          `content-length: ${Buffer.byteLength(body)}`,
          `x-request-id: ${requestId}`,
          'connection: close',
          '',
          body,
        ].join('\r\n'),
      );
    },
  };
}
