/** `deepxray.v1.ScoringService`: two calls, one use case. */
import { randomBytes } from 'node:crypto';
import type { ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import { isRequestId } from '#platform/domain/request-id.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { duplex, unary } from '#platform/grpc/server.ts';
import { markCode } from '#platform/telemetry/endings.ts';
import { withLogIds } from '#platform/telemetry/log-context.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import {
  Completed_Outcome,
  type ScoreChunk,
  type ScoreEvent,
  type ScoreRequest,
  type ScoreResponse,
  type ScoringServiceServer,
} from '#proto/deepxray/v1/scoring.ts';
import type { Admission } from '../admission.ts';
import { readOptions } from '../options.ts';
import { type Parts, type ScoreCommand, scoreRadiograph } from '../score-radiograph.ts';
import type { ScoringMetrics } from '../scoring-metrics.ts';
import { answerBy, cancelledSignal } from './call-limits.ts';
import { readUpload } from './read-upload.ts';

export const SERVICE = 'deepxray.v1.ScoringService';

type Settings = { parts: Parts; admission: Admission; maxUploadBytes: number; metrics: ScoringMetrics };

export function createScoringService({
  parts,
  admission,
  maxUploadBytes,
  metrics,
}: Settings): ScoringServiceServer {
  const score = (command: ScoreCommand) => {
    const { requestId } = command;
    activeSpan()?.setAttribute(ATTRIBUTE.requestId, requestId);
    return context.with(withLogIds({ requestId }), () =>
      metrics.measure(command, (measured) => scoreRadiograph(measured, parts)),
    );
  };

  return {
    score: unary<ScoreRequest, ScoreResponse>(`${SERVICE}/Score`, async ({ xray, options }, call) => {
      const leave = admission.enter();
      try {
        const { outcome, response } = await score({
          file: xray,
          options: readOptions(options),
          ...circumstances(call),
          onBodyPart: () => undefined,
          onJoint: () => undefined,
        });
        if (outcome === Completed_Outcome.OUTCOME_DEADLINE || !response) {
          throw new DeepXRayError(
            'deadline-exceeded',
            'The deadline came first. ScoreStream gives what was done by then.',
          );
        }
        return response;
      } finally {
        leave();
      }
    }),

    scoreStream: duplex<ScoreChunk, ScoreEvent>(`${SERVICE}/ScoreStream`, async (call) => {
      // Before a byte is read: who is refused should not have to send the film first.
      const leave = admission.enter();
      try {
        const around = circumstances(call);
        const { file, options } = await readUpload(call, { maxUploadBytes, ...around });
        const send = (event: ScoreEvent['event']) => {
          if (!call.cancelled) call.write({ event });
        };
        const completed = await score({
          file,
          options: readOptions(options),
          ...around,
          onBodyPart: (value) => send({ $case: 'bodyPart', value }),
          onJoint: (value) => send({ $case: 'joint', value }),
        });
        const span = activeSpan();
        if (span && completed.outcome === Completed_Outcome.OUTCOME_DEADLINE) {
          markCode(span, 'deadline-exceeded');
        }
        send({ $case: 'completed', value: completed });
      } finally {
        leave();
      }
    }),
  };
}

type Call = ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

function circumstances(call: Call): Pick<ScoreCommand, 'requestId' | 'deadline' | 'cancelled'> {
  const given = call.metadata.get('x-request-id')[0]?.toString();
  return {
    requestId: isRequestId(given) ? given : randomBytes(16).toString('hex'),
    deadline: answerBy(call.getDeadline()),
    cancelled: cancelledSignal(call),
  };
}
