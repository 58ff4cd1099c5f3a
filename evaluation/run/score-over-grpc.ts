/** A film straight to the orchestrator, with the truth in place of a step: only gRPC carries it. */
import { readFile } from 'node:fs/promises';
import type { ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '#platform/errors/grpc-status.ts';
import { PROBLEMS } from '#platform/errors/problem.ts';
import {
  Metadata,
  type ScoreEvent,
  type ScoreOptions,
  type ScoringServiceClient,
} from '../../client/index.ts';
import { bodyPartFromProto, jointFromResult } from '../../gateway/scoring/from-proto.ts';
import type { Answered } from './answer-record.ts';
import { WAIT_SECONDS } from './score-over-rest.ts';
import type { Attempt } from './try-again.ts';

const CHUNK_BYTES = 256 * 1024;

export async function scoreOverGrpc(
  path: string,
  options: ScoreOptions,
  client: ScoringServiceClient,
  signal: AbortSignal,
): Promise<Attempt> {
  const film = await readFile(path);
  const sent = performance.now();
  const elapsed = () => Math.round((performance.now() - sent) * 10) / 10;
  const answered: Omit<Answered, 'tries'> = { status: 200, joints: {}, missing: {}, timesMs: { last: 0 } };
  const take = ({ event }: ScoreEvent) => {
    if (event?.$case === 'bodyPart') {
      answered.bodyPart = bodyPartFromProto(event.value);
      answered.timesMs.bodyPart = elapsed();
    } else if (event?.$case === 'joint') {
      const result = jointFromResult(event.value);
      if (!result) return;
      const { joint, outcome } = result;
      if ('missing' in outcome) answered.missing[joint] = outcome.missing;
      else {
        answered.joints[joint] = outcome.scored;
        answered.timesMs.firstJoint ??= elapsed();
      }
    } else if (event?.$case === 'completed') {
      const traceId = event.value.response?.traceId;
      if (traceId) answered.traceId = traceId;
      if (Object.values(answered.missing).includes('deadline')) {
        Object.assign(answered, {
          status: PROBLEMS['deadline-exceeded'].status,
          problem: 'deadline-exceeded',
        });
      }
    }
  };
  try {
    await stream(client, film, options, signal, take);
  } catch (thrown) {
    signal.throwIfAborted();
    const error = fromServiceError(thrown as ServiceError);
    const { kind, probability, turnedClockwiseDeg } = error.metadata;
    Object.assign(answered, { status: PROBLEMS[error.code].status, problem: error.code });
    if (kind !== undefined) {
      answered.bodyPart = {
        kind,
        turnedClockwiseDeg: Number(turnedClockwiseDeg ?? 0),
        ...(probability === undefined ? {} : { probability: Number(probability) }),
      };
    }
  }
  answered.timesMs.last = elapsed();
  return { answered };
}

function stream(
  client: ScoringServiceClient,
  film: Uint8Array<ArrayBuffer>,
  options: ScoreOptions,
  signal: AbortSignal,
  take: (event: ScoreEvent) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = client.scoreStream(new Metadata(), { deadline: Date.now() + WAIT_SECONDS * 1000 });
    const onAbort = () => call.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (settle: () => void) => {
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    call.on('data', take);
    call.on('end', () => done(resolve));
    call.on('error', (error) => done(() => reject(error)));
    for (let at = 0; at < film.length; at += CHUNK_BYTES) {
      call.write({ options: at === 0 ? options : undefined, xray: film.subarray(at, at + CHUNK_BYTES) });
    }
    call.end();
  });
}
