/** One JSON answer when all is done. */
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '#platform/errors/code.ts';
import type { Listener } from '../scoring/gathered.ts';
import type { Scoring } from '../scoring/score-radiograph.ts';
import { PROBLEM_TYPE } from './problems.ts';
import { resultOf } from './result.ts';

export type Score = (listener: Listener) => Promise<Scoring>;

const NOBODY: Listener = { onBodyPart: () => undefined, onJoint: () => undefined };

/** Resolves once the answer is on its way, with what went wrong in it, if anything. */
export async function answerWithJson(reply: FastifyReply, score: Score): Promise<ErrorCode | undefined> {
  return sendResult(reply, await score(NOBODY));
}

export function sendResult(reply: FastifyReply, scoring: Scoring): ErrorCode | undefined {
  const { status, body } = resultOf(scoring, reply.request.identity);
  reply
    .code(status)
    .type(status === 200 ? 'application/json' : PROBLEM_TYPE)
    .send(body);
  return status === 200 ? undefined : 'deadline-exceeded';
}
