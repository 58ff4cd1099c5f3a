/**
 * After an answer that came before the upload's end: what still arrives is thrown away for a while,
 * since closing at once makes the system reset the connection, and the client loses the answer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

const LOOK_EVERY_MS = 100;

export type Patience = { maxBytes: number; withinMs: number };

export function lingerAfterEarlyAnswers(
  request: IncomingMessage,
  response: ServerResponse,
  patience: Patience,
): void {
  closeWhenAllCame(request);
  response.once('finish', () => {
    if (!request.readableEnded && !request.destroyed) discardRest(request, patience);
  });
}

/**
 * Where the answer is the last on its connection Node closes it with the answer. While the client still sends, it is
 * closed once all of it came: clients that see an end beside their own sending take it for a failure.
 */
function closeWhenAllCame(request: IncomingMessage): void {
  const { socket } = request;
  const close = () => Socket.prototype.destroySoon.call(socket);
  socket.destroySoon = () => {
    if (request.complete) close();
    else request.once('end', close);
  };
}

function discardRest(request: IncomingMessage, { maxBytes, withinMs }: Patience): void {
  const { socket } = request;
  const lastByte = socket.bytesRead + maxBytes;
  const lastMoment = performance.now() + withinMs;
  const timer = setInterval(() => {
    if (socket.bytesRead > lastByte || performance.now() > lastMoment) socket.destroy();
  }, LOOK_EVERY_MS);
  // Once all of it came, or the connection is gone.
  request.once('close', () => clearInterval(timer));
  request.once('end', () => clearInterval(timer));
  request.unpipe();
  request.resume();
}
