/** `deepxray.v1.ScoringService`: two calls, one use case. */
import { Metadata, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import { context } from '@opentelemetry/api';
import type { Audit } from '#platform/audit/audit.ts';
import { jointFromProto } from '#platform/domain/joints.ts';
import { randomId } from '#platform/domain/random-id.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { duplex, unary } from '#platform/grpc/server.ts';
import type { Logger } from '#platform/process/log.ts';
import { markCode } from '#platform/telemetry/endings.ts';
import { LOG_ID_KEY, withLogIds } from '#platform/telemetry/log-context.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import {
  type Completed,
  Completed_Outcome,
  MissingReason,
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
import { audited } from './audited.ts';
import { answerBy, cancelledSignal } from './call-limits.ts';
import { requestIdOf } from './guard.ts';
import { readUpload } from './read-upload.ts';

export const SERVICE = 'deepxray.v1.ScoringService';

type Settings = {
  parts: Parts;
  admission: Admission;
  maxUploadBytes: number;
  metrics: ScoringMetrics;
  audit: Audit;
  log: Logger;
};

export function createScoringService({
  parts,
  admission,
  maxUploadBytes,
  metrics,
  audit,
  log,
}: Settings): ScoringServiceServer {
  const score = (command: ScoreCommand) => {
    const { requestId, correlationId } = command;
    activeSpan()?.setAttributes({
      [ATTRIBUTE.requestId]: requestId,
      [ATTRIBUTE.conversationId]: correlationId,
    });
    return context.with(withLogIds({ requestId, correlationId }), () =>
      told(log, () => metrics.measure(command, (measured) => scoreRadiograph(measured, parts))),
    );
  };
  // Before a byte is read: who is refused should not have to send the film first.
  const counted = async (work: () => Promise<Completed>) => {
    const leave = admission.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };

  return {
    score: unary<ScoreRequest, ScoreResponse>(`${SERVICE}/Score`, async ({ xray, options }, call) => {
      const requestId = requestIdOf(call.metadata);
      const { outcome, response } = await audited(audit, call, requestId, (onJoint) =>
        counted(() =>
          score({
            file: xray,
            options: readOptions(options),
            ...circumstances(call, requestId),
            onBodyPart: () => undefined,
            onJoint,
          }),
        ),
      );
      if (outcome === Completed_Outcome.OUTCOME_DEADLINE || !response) {
        throw new DeepXRayError(
          'deadline-exceeded',
          'The deadline came first. ScoreStream gives what was done by then.',
        );
      }
      return response;
    }),

    scoreStream: duplex<ScoreChunk, ScoreEvent>(`${SERVICE}/ScoreStream`, async (call) => {
      const requestId = requestIdOf(call.metadata);
      const send = (event: ScoreEvent['event']) => {
        if (!call.cancelled) call.write({ event });
      };
      const completed = await audited(audit, call, requestId, (onJoint) =>
        counted(async () => {
          const around = circumstances(call, requestId);
          const { file, options } = await readUpload(call, { maxUploadBytes, ...around });
          return score({
            file,
            options: readOptions(options),
            ...around,
            onBodyPart: (value) => send({ $case: 'bodyPart', value }),
            onJoint(value) {
              onJoint(value);
              send({ $case: 'joint', value });
            },
          });
        }),
      );
      const span = activeSpan();
      if (span && completed.outcome === Completed_Outcome.OUTCOME_DEADLINE) {
        markCode(span, 'deadline-exceeded');
      }
      send({ $case: 'completed', value: completed });
    }),
  };
}

/** What is found out here, and by no pod, is logged here. */
async function told(log: Logger, work: () => Promise<Completed>): Promise<Completed> {
  try {
    const completed = await work();
    if (completed.outcome === Completed_Outcome.OUTCOME_DEADLINE) {
      log.warn({ waitingFor: unfinishedIn(completed) }, 'the deadline came first');
    }
    return completed;
  } catch (err) {
    if (!(err instanceof DeepXRayError)) log.error({ err }, 'internal error');
    throw err;
  }
}

const unfinishedIn = ({ response }: Completed) =>
  response?.joints
    .filter(
      ({ result }) =>
        result?.$case === 'missing' && result.value.reason === MissingReason.MISSING_REASON_DEADLINE,
    )
    .map(({ joint }) => jointFromProto(joint));

type Call = ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

/** A new one, which the caller is told at once: its own log lines are to have it too. */
function correlationIdOf(call: Call): string {
  const correlationId = randomId();
  const metadata = new Metadata();
  metadata.set(LOG_ID_KEY.correlationId, correlationId);
  call.sendMetadata(metadata);
  return correlationId;
}

function circumstances(
  call: Call,
  requestId: string,
): Pick<ScoreCommand, 'requestId' | 'correlationId' | 'deadline' | 'cancelled'> {
  return {
    correlationId: correlationIdOf(call),
    requestId,
    deadline: answerBy(call.getDeadline()),
    cancelled: cancelledSignal(call),
  };
}
