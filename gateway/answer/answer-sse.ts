/** Each joint as it is done, as server-sent events; a refusal before the first of them is a plain problem. */
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '#platform/errors/code.ts';
import type { Logger } from '#platform/process/log.ts';
import { type Score, sendResult } from './answer-json.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { errorOf, logIfInternal, problemWithExtensions } from './problems.ts';
import { jointEventOf, resultOf } from './result.ts';

/** Resolves once the last event is on its way, with what went wrong in it, if anything. */
export async function answerWithEvents(
  reply: FastifyReply,
  score: Score,
  log: Logger,
): Promise<ErrorCode | undefined> {
  const { identity } = reply.request;
  let events: EventStream | undefined;
  try {
    const scoring = await score({
      onBodyPart(bodyPart) {
        events = openEventStream(reply);
        events.send('body-part', bodyPart);
      },
      onJoint: (joint, outcome) => events?.send('joint', jointEventOf(joint, outcome)),
    });
    // The deadline came before the head did.
    if (!events) return sendResult(reply, scoring);
    const { status, body } = resultOf(scoring, identity);
    events.send('completed', { ...body, status });
    return status === 200 ? undefined : 'deadline-exceeded';
  } catch (thrown) {
    if (!events) throw thrown;
    const error = errorOf(thrown);
    logIfInternal(error, identity, log);
    events.send('problem', problemWithExtensions(error, identity));
    return error.code;
  } finally {
    events?.end();
  }
}
