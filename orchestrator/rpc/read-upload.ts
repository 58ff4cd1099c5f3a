/** Reads the chunks of an upload until the client has sent all, within its limits. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { DeadlineExceeded, type DeadlineMs, deadlineSignal } from '#platform/deadline.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { ScoreChunk, ScoreEvent, ScoreOptions } from '#proto/deepxray/v1/scoring.ts';

export type Upload = { file: Uint8Array; options: ScoreOptions | undefined };

/** Throws DeepXRayError: too-large, cancelled, deadline-exceeded. */
export async function readUpload(
  call: ServerDuplexStream<ScoreChunk, ScoreEvent>,
  limits: { maxUploadBytes: number; deadline: DeadlineMs; cancelled: AbortSignal },
): Promise<Upload> {
  const { signal, release } = deadlineSignal(limits.deadline, limits.cancelled);
  const uploaded = Promise.withResolvers<Upload>();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let options: ScoreOptions | undefined;
  let first = true;

  const onData = (chunk: ScoreChunk) => {
    if (first) options = chunk.options;
    first = false;
    bytes += chunk.xray.byteLength;
    if (bytes > limits.maxUploadBytes) uploaded.reject(tooLarge(limits.maxUploadBytes));
    else if (chunk.xray.byteLength > 0) pieces.push(chunk.xray);
  };
  const onEnd = () => uploaded.resolve({ file: Buffer.concat(pieces.splice(0), bytes), options });
  const onAbort = () =>
    uploaded.reject(
      signal.reason instanceof DeadlineExceeded
        ? new DeepXRayError('deadline-exceeded', 'The deadline came before the whole file.')
        : new DeepXRayError('cancelled', 'The client went away.'),
    );
  call.on('data', onData).once('end', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await uploaded.promise;
  } finally {
    release();
    signal.removeEventListener('abort', onAbort);
    call.off('data', onData).off('end', onEnd);
  }
}

const tooLarge = (maxBytes: number) =>
  new DeepXRayError('too-large', `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB.`);
