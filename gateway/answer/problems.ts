/** What a client is told of anything that was thrown: the one place where errors become answers. */

import { trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { challengeOf } from '#platform/access/bearer.ts';
import { DeepXRayError, toDeepXRayError } from '#platform/errors/code.ts';
import { type Problem, problemOf } from '#platform/errors/problem.ts';
import type { Logger } from '#platform/process/log.ts';
import { markFailed } from '#platform/telemetry/endings.ts';
import type { Identity } from '../request/identity.ts';
import type { BodyPart } from './schemas.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** What a client that was refused for want of room or of a step should wait, where nobody said how long. */
const RETRY_AFTER_S = 1;
const PASSING = new Set(['rate-limited', 'overloaded', 'step-unavailable', 'identity-unavailable']);

export function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = errorOf(thrown);
    logIfInternal(error, request.identity, log);
    return sendProblem(reply, error);
  });
}

/** Logged once, since the client is told nothing of it: here, where no other process has found and logged it. */
export function logIfInternal(
  error: DeepXRayError,
  { requestId, traceId, correlationId }: Identity,
  log: Logger,
): void {
  if (error.code !== 'internal' || error.isOfPeer) return;
  log.error({ requestId, traceId, correlationId, err: error.cause ?? error }, 'internal error');
}

export function sendProblem(reply: FastifyReply, error: DeepXRayError): FastifyReply {
  const problem = problemWithExtensions(error, reply.request.identity);
  const span = trace.getSpan(reply.request.identity.context);
  if (span) markFailed(span, error);
  const challenge = challengeOf(error);
  if (challenge) reply.header('www-authenticate', challenge);
  if (PASSING.has(error.code)) reply.header('retry-after', error.retryAfterS ?? RETRY_AFTER_S);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

export function problemWithExtensions(error: DeepXRayError, { requestId, traceId }: Identity): Problem {
  const { steps } = error.metadata;
  return problemOf(
    error,
    { requestId, traceId },
    {
      ...(error.code === 'not-a-left-hand' ? { bodyPart: bodyPartOf(error.metadata) } : {}),
      ...(steps === undefined ? {} : { steps: steps.split(',') }),
    },
  );
}

/** What was recognised instead, as the orchestrator's ErrorInfo has it: strings only. */
function bodyPartOf({ kind, probability, turnedClockwiseDeg }: Record<string, string>): BodyPart {
  return {
    kind: (kind ?? 'other') as BodyPart['kind'],
    ...(probability === undefined ? {} : { probability: Number(probability) }),
    turnedClockwiseDeg: Number(turnedClockwiseDeg ?? 0),
  };
}

/** Ours; Fastify's own about a request that makes no sense; anything else is internal. */
export function errorOf(thrown: unknown): DeepXRayError {
  const { statusCode } = thrown as { statusCode?: number };
  if (thrown instanceof DeepXRayError || statusCode === undefined || statusCode >= 500) {
    return toDeepXRayError(thrown);
  }
  if (statusCode === 404) return new DeepXRayError('not-found', 'There is nothing at this path.');
  if (statusCode === 415) return new DeepXRayError('unsupported-format', 'The Content-Type makes no sense.');
  return new DeepXRayError('bad-request', 'The request makes no sense as HTTP.', { cause: thrown });
}
