/** `POST /score`: counts a radiograph in, has it scored, answers as JSON or as events. */
import type { ServerResponse } from 'node:http';

import { context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '#platform/audit/audit.ts';
import { createScoredBy, type ScoredBy } from '#platform/audit/scored-by.ts';
import type { ErrorCode } from '#platform/errors/code.ts';
import { PROBLEMS } from '#platform/errors/problem.ts';
import type { Logger } from '#platform/process/log.ts';
import { markCode } from '#platform/telemetry/endings.ts';
import { OUTCOME_OF } from '#platform/telemetry/schema/outcomes.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import { clientOf, entryOf } from '../access.ts';
import type { Admission } from '../admission.ts';
import { answerWithJson, type Score } from '../answer/answer-json.ts';
import { answerWithEvents } from '../answer/answer-sse.ts';
import { errorOf } from '../answer/problems.ts';
import { wantsEventStream } from '../request/accept.ts';
import { deadlinesOf } from '../request/deadlines.ts';
import type { Identity } from '../request/identity.ts';
import { readModelVersions } from '../request/model-versions.ts';
import { readWait } from '../request/prefer.ts';
import { readUpload, requireUploadHeaders } from '../request/read-upload.ts';
import type { Orchestrator } from '../scoring/orchestrator.ts';
import { scoreRadiograph } from '../scoring/score-radiograph.ts';
import type { ScoringMetrics } from '../scoring/scoring-metrics.ts';
import { scoreDocumentation } from './score-documentation.ts';

type Parts = {
  orchestrator: Orchestrator;
  admission: Admission;
  metrics: ScoringMetrics;
  audit: Audit;
  maxUploadBytes: number;
  log: Logger;
};

export function addScoreRoute(app: FastifyInstance, parts: Parts): void {
  const options = {
    config: { needs: 'score' } as const,
    schema: scoreDocumentation(parts.maxUploadBytes),
    // The form is checked piece by piece, as it comes.
    validatorCompiler: () => () => true,
  };
  app.post('/score', options, (request, reply) =>
    context.with(request.identity.context, async () => {
      const scoredBy = createScoredBy();
      const tell = (code: ErrorCode | undefined) =>
        parts.audit.write({
          ...entryOf(request),
          outcome: code ?? 'ok',
          ...scoredBy.entry(),
        });
      await observed(request.identity, parts, tell, () => score(request, reply, parts, scoredBy));
      return reply;
    }),
  );
}

/** Throws DeepXRayError where no answer is on its way yet. */
async function score(
  request: FastifyRequest,
  reply: FastifyReply,
  { orchestrator, admission, metrics, maxUploadBytes, log }: Parts,
  scoredBy: ScoredBy,
): Promise<ErrorCode | undefined> {
  const began = performance.now();
  const waitS = readWait(request.headers.prefer);
  const deadlines = deadlinesOf(waitS);
  reply.header('preference-applied', `wait=${waitS}`);
  const modelVersions = readModelVersions(request.query);
  requireUploadHeaders(request, maxUploadBytes);
  // Before a byte of the upload is read: who is refused should not have to send it first.
  const leave = admission.enter(clientOf(request));
  try {
    const command = {
      film: readUpload(request, { maxBytes: maxUploadBytes }),
      requestId: request.identity.requestId,
      // What nobody here asked for is no business of the orchestrator's.
      authorization: request.caller ? request.headers.authorization : undefined,
      modelVersions,
      deadlines,
      clientGone: hungUp(reply.raw),
      onCorrelationId(correlationId: string) {
        request.identity.correlationId = correlationId;
      },
    };
    let first = true;
    const run: Score = (listener) =>
      scoreRadiograph(
        command,
        {
          ...listener,
          onJoint(joint, outcome) {
            if (first && 'scored' in outcome) metrics.onFirstJoint((performance.now() - began) / 1000);
            if ('scored' in outcome) {
              scoredBy.add(outcome.scored.model);
              first = false;
            }
            listener.onJoint(joint, outcome);
          },
        },
        { orchestrator, log },
      );
    if (wantsEventStream(request.headers.accept)) return await answerWithEvents(reply, run, log);
    return await answerWithJson(reply, run);
  } finally {
    leave();
  }
}

/** One log line, one of the audit, and figures, for each scoring that ended, however it did. */
async function observed(
  identity: Identity,
  { metrics, log }: Parts,
  tellAudit: (code: ErrorCode | undefined) => void,
  work: () => Promise<ErrorCode | undefined>,
): Promise<void> {
  const began = performance.now();
  let code: ErrorCode | undefined;
  let stepsAway: string | undefined;
  try {
    code = await work();
  } catch (thrown) {
    const error = errorOf(thrown);
    code = error.code;
    stepsAway = error.metadata.steps;
    throw thrown;
  } finally {
    const durationMs = Math.round(performance.now() - began);
    const status = code === undefined ? 200 : PROBLEMS[code].status;
    const span = activeSpan();
    if (code !== undefined && span) markCode(span, code);
    metrics.onScored(durationMs / 1000, code === undefined ? 'ok' : OUTCOME_OF[code]);
    if (code !== undefined) metrics.onError(code);
    tellAudit(code);
    const { correlationId } = identity;
    log.info({ correlationId, status, code, stepsAway, durationMs }, 'scored');
  }
}

function hungUp(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
