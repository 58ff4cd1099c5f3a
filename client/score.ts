/** `Score` as a promise, asked once more where the answer got lost on its way. */
import { setTimeout as delay } from 'node:timers/promises';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type {
  ScoreOptions,
  ScoreRequest,
  ScoreResponse,
  ScoringServiceClient,
} from '../proto/generated/deepxray/v1/scoring.ts';
import { RetryInfo } from '../proto/generated/google/rpc/error_details.ts';
import { detailOf } from './error-details.ts';

/** Where nobody said how long. */
const RETRY_AFTER_MS = 1000;

/**
 * Rejects with grpc-js' ServiceError. `UNAVAILABLE` says that the connection broke before the answer came, that all places
 * are taken or that a step is away: then it is asked once more, if the deadline leaves the time. That is safe after whatever
 * became of the first: a film has the same scores each time, and a scoring changes nothing.
 */
export async function score(
  client: ScoringServiceClient,
  film: { xray: Uint8Array; options?: Partial<ScoreOptions> },
  { deadlineMs, metadata = new Metadata() }: { deadlineMs: number; metadata?: Metadata },
): Promise<ScoreResponse> {
  const options = { bodyPart: undefined, joints: [], only: [], modelVersions: {}, ...film.options };
  const request = { xray: film.xray as Uint8Array<ArrayBuffer>, options };
  const deadline = Date.now() + deadlineMs;
  try {
    return await ask(client, request, metadata, deadline);
  } catch (thrown) {
    const error = thrown as ServiceError;
    const waitMs = retryAfterMs(error);
    if (error.code !== status.UNAVAILABLE || Date.now() + waitMs >= deadline) throw error;
    await delay(waitMs);
    const patient = metadata.clone();
    // A new connection may take a moment.
    patient.setOptions({ ...metadata.getOptions(), waitForReady: true });
    return await ask(client, request, patient, deadline);
  }
}

const ask = (client: ScoringServiceClient, request: ScoreRequest, metadata: Metadata, deadline: number) =>
  new Promise<ScoreResponse>((resolve, reject) => {
    client.score(request, metadata, { deadline }, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });

function retryAfterMs(error: ServiceError): number {
  const bytes = detailOf(error, 'google.rpc.RetryInfo');
  const retryDelay = bytes && RetryInfo.decode(bytes).retryDelay;
  return retryDelay ? Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6 : RETRY_AFTER_MS;
}
