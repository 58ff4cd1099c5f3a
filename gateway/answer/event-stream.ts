/** A response of server-sent events. */
import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Proxies close connections on which nothing moves. */
const COMMENT_EVERY_MS = 10_000;

export type EventStream = {
  send(event: string, data: unknown): void;
  end(): void;
};

/** Sends the response's head: from here on there is no other status than 200. */
export function openEventStream(reply: FastifyReply): EventStream {
  const stream = new PassThrough();
  // A client that hung up is noticed elsewhere.
  stream.on('error', () => undefined);
  const write = (text: string) => {
    if (stream.writable) stream.write(text);
  };
  const comments = setInterval(() => write(': the scoring goes on\n\n'), COMMENT_EVERY_MS);
  reply
    .code(200)
    .headers({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
    })
    .send(stream);
  return {
    // JSON has no line breaks of its own, so one data line holds it.
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end() {
      clearInterval(comments);
      stream.end();
    },
  };
}
