/**
 * The use case: stream the film on to the orchestrator as it comes, gather what comes back, and be done
 * at the deadline whatever happened, with all ten joints scored or missing.
 */
import { once } from 'node:events';
import type { ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { DeadlineExceeded, deadlineSignal } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { fromServiceError } from '#platform/errors/grpc-status.ts';
import { inClientSpan } from '#platform/grpc/client.ts';
import type { Logger } from '#platform/process/log.ts';
import { markCode } from '#platform/telemetry/endings.ts';
import { readLogIds } from '#platform/telemetry/log-context.ts';
import {
  type Completed,
  Completed_Outcome,
  type ScoreChunk,
  type ScoreEvent,
  type ScoreOptions,
} from '#proto/deepxray/v1/scoring.ts';
import type { Deadlines } from '../request/deadlines.ts';
import { bodyPartFromProto, jointFromResult } from './from-proto.ts';
import { Gathered, type Listener } from './gathered.ts';
import type { Orchestrator } from './orchestrator.ts';

export type ScoreCommand = {
  /** Pieces of the file; throws DeepXRayError where the upload is not one that can be scored. */
  film: AsyncIterable<Uint8Array>;
  requestId: string;
  /** The client's token or key, where one was asked for. */
  authorization?: string | undefined;
  /** Those that the client wants; of the others the orchestrator chooses. */
  modelVersions: Record<string, string>;
  deadlines: Deadlines;
  /** Aborts when the client hangs up. */
  clientGone: AbortSignal;
  /** As soon as the orchestrator has taken the call. */
  onCorrelationId(correlationId: string): void;
};

export type Scoring = { outcome: 'complete' | 'deadline'; gathered: Gathered };

type Call = ClientDuplexStream<ScoreChunk, ScoreEvent>;

/** Throws DeepXRayError; `cancelled` when the client hung up. The listener hears of each joint once. */
export function scoreRadiograph(
  command: ScoreCommand,
  listener: Listener,
  { orchestrator, log }: { orchestrator: Orchestrator; log: Logger },
): Promise<Scoring> {
  const gathered = new Gathered(listener);
  let isTaken = false;
  const onCorrelationId = (correlationId: string) => {
    isTaken = true;
    command.onCorrelationId(correlationId);
  };
  return inClientSpan(METHOD, async (span) => {
    try {
      const { outcome, response } = await callOrchestrator(
        { ...command, onCorrelationId },
        gathered,
        orchestrator,
      );
      if (response?.bodyPart) gathered.addBodyPart(bodyPartFromProto(response.bodyPart));
      for (const result of response?.joints ?? []) addJoint(gathered, result);
      if (outcome === Completed_Outcome.OUTCOME_COMPLETE) return closed('complete', gathered);
    } catch (thrown) {
      if (!isDeadline(thrown)) {
        gathered.close();
        throw thrown;
      }
      // Only the summary did not come in time, and it says nothing that the joints have not said.
      if (gathered.isWhole) return closed('complete', gathered);
      // One that has taken the call says itself what it waited for, though its answer may be late.
      if (!isTaken) log.warn('the deadline came before the orchestrator took the call');
    }
    markCode(span, 'deadline-exceeded');
    return closed('deadline', gathered);
  });
}

function closed(outcome: Scoring['outcome'], gathered: Gathered): Scoring {
  gathered.complete(outcome === 'complete' ? 'failed' : 'deadline');
  gathered.close();
  return { outcome, gathered };
}

const METHOD = 'deepxray.v1.ScoringService/ScoreStream';

/** Ours, that of the call, or the orchestrator's own: it came. */
const isDeadline = (thrown: unknown): boolean =>
  thrown instanceof DeadlineExceeded ||
  (thrown instanceof DeepXRayError && thrown.code === 'deadline-exceeded');

async function callOrchestrator(
  { film, requestId, authorization, modelVersions, deadlines, clientGone, onCorrelationId }: ScoreCommand,
  gathered: Gathered,
  orchestrator: Orchestrator,
): Promise<Completed> {
  const { signal, release } = deadlineSignal(deadlines.answerBy, clientGone);
  const over = new AbortController();
  const call = orchestrator.scoreStream({ requestId, authorization, deadline: deadlines.orchestratorBy });
  call.once('metadata', (metadata: Metadata) => {
    const { correlationId } = readLogIds((key) => metadata.get(key)[0]?.toString());
    if (correlationId !== undefined) onCorrelationId(correlationId);
  });
  try {
    const completed = gather(call, gathered);
    return await Promise.race([
      completed,
      // What is wrong with the upload is known here first; a refusal of the orchestrator may come before its end.
      sendFilm(film, modelVersions, call).then(() => completed),
      orchestrator.whenAway(over.signal),
      rejectedBy(signal),
    ]);
  } finally {
    release();
    over.abort();
    // Nothing to do when it is done; else it stops the work down to the model, and our own sending.
    call.cancel();
  }
}

function gather(call: Call, gathered: Gathered): Promise<Completed> {
  return new Promise((resolve, reject) => {
    call.on('data', ({ event }: ScoreEvent) => {
      if (event?.$case === 'bodyPart') gathered.addBodyPart(bodyPartFromProto(event.value));
      else if (event?.$case === 'joint') addJoint(gathered, event.value);
      else if (event?.$case === 'completed') resolve(event.value);
    });
    call.on('error', (error: ServiceError) => reject(fromServiceError(error)));
    call.on('end', () => reject(new DeepXRayError('internal', 'The scoring ended without a result.')));
  });
}

function addJoint(gathered: Gathered, result: Parameters<typeof jointFromResult>[0]): void {
  const known = jointFromResult(result);
  if (known) gathered.addJoint(known.joint, known.outcome);
}

/** Takes from the upload no faster than the orchestrator does. */
async function sendFilm(
  film: AsyncIterable<Uint8Array>,
  modelVersions: Record<string, string>,
  call: Call,
): Promise<void> {
  let options: ScoreOptions | undefined = { bodyPart: undefined, joints: [], only: [], modelVersions };
  for await (const piece of film) {
    const xray = piece as Uint8Array<ArrayBuffer>;
    // Rejects when the call fails or is cancelled.
    const isFull = !call.write({ xray, options });
    // Only those of the first piece count.
    options = undefined;
    if (isFull) await once(call, 'drain');
  }
  call.end();
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const rejected = Promise.withResolvers<never>();
  const reject = () =>
    rejected.reject(
      signal.reason instanceof DeadlineExceeded
        ? signal.reason
        : new DeepXRayError('cancelled', 'The client went away.'),
    );
  if (signal.aborted) reject();
  else signal.addEventListener('abort', reject, { once: true });
  return rejected.promise;
}
