/** A radiograph to a mesh, over each way in, with the times at which the answers came. */
import { type ChannelCredentials, credentials, Metadata } from '@grpc/grpc-js';
import type { Answer, Problem } from '../../cli/answer.ts';
import { serverSentEvents } from '../../cli/server-sent-events.ts';
import { CHANNEL_OPTIONS } from '../../platform/grpc/client.ts';
import { type ScoreEvent, ScoringServiceClient } from '../../proto/generated/deepxray/v1/scoring.ts';
import type { Mesh } from './mesh.ts';

export type JsonReply = {
  status: number;
  headers: Headers;
  /** The answer or the problem: which one, the status says. */
  body: Answer & Problem & { [key: string]: unknown };
  tookMs: number;
};

type Ask = { headers?: Record<string, string>; signal?: AbortSignal };

export async function scoreJson(
  mesh: Pick<Mesh, 'url'> & { query?: string },
  film: Uint8Array,
  ask: Ask = {},
): Promise<JsonReply> {
  const began = performance.now();
  const response = await post(mesh.url, film, ask, mesh.query);
  const body = (await response.json()) as JsonReply['body'];
  return { status: response.status, headers: response.headers, body, tookMs: performance.now() - began };
}

export type TimedEvent = {
  event: string;
  data: Record<string, unknown>;
  /** ms since 1970, by this host's clock. */
  at: number;
};

/** Events of a stream; where the answer is no stream, none, and the body as `problem`. */
export async function scoreSse(
  mesh: Pick<Mesh, 'url'>,
  film: Uint8Array,
  ask: Ask = {},
): Promise<{ status: number; headers: Headers; events: TimedEvent[]; problem?: Problem }> {
  const response = await post(mesh.url, film, {
    ...ask,
    headers: { accept: 'text/event-stream', ...ask.headers },
  });
  const { status, headers } = response;
  if (!headers.get('content-type')?.startsWith('text/event-stream')) {
    return { status, headers, events: [], problem: (await response.json()) as Problem };
  }
  const events: TimedEvent[] = [];
  for await (const { event, data } of serverSentEvents(response.body!)) {
    events.push({ event, data: data as Record<string, unknown>, at: Date.now() });
  }
  return { status, headers, events };
}

function post(url: string, film: Uint8Array, { headers = {}, signal }: Ask, query = ''): Promise<Response> {
  const body = formOf(film);
  return fetch(`${url}/score${query}`, { method: 'POST', body, headers, ...(signal ? { signal } : {}) });
}

export function formOf(film: Uint8Array): FormData {
  const form = new FormData();
  form.append('xray', new Blob([film as Uint8Array<ArrayBuffer>]), 'film.png');
  return form;
}

const CHUNK_BYTES = 64 * 1024;

/** Over `ScoreStream`. Throws grpc-js' ServiceError. */
export async function scoreGrpcStream(
  mesh: Pick<Mesh, 'grpc'>,
  film: Uint8Array,
  {
    deadlineMs = 30_000,
    metadata = new Metadata(),
    security,
  }: { deadlineMs?: number; metadata?: Metadata; security?: ChannelCredentials } = {},
): Promise<{ event: NonNullable<ScoreEvent['event']>; at: number }[]> {
  const client = grpcClient(mesh, security);
  try {
    const call = client.scoreStream(metadata, { deadline: Date.now() + deadlineMs });
    const events: { event: NonNullable<ScoreEvent['event']>; at: number }[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      call.on('data', ({ event }: ScoreEvent) => {
        if (event) events.push({ event, at: Date.now() });
      });
      call.on('end', resolve);
      call.on('error', reject);
    });
    for (let at = 0; at < film.length; at += CHUNK_BYTES) {
      call.write({
        xray: film.subarray(at, at + CHUNK_BYTES) as Uint8Array<ArrayBuffer>,
        options: undefined,
      });
    }
    call.end();
    await ended;
    return events;
  } finally {
    client.close();
  }
}

/** Close it when done. */
export const grpcClient = (
  mesh: Pick<Mesh, 'grpc'>,
  security: ChannelCredentials = credentials.createInsecure(),
): ScoringServiceClient =>
  new ScoringServiceClient(mesh.grpc, security, {
    ...CHANNEL_OPTIONS,
    ...(security._isSecure() ? { 'grpc.ssl_target_name_override': 'orchestrator' } : {}),
  });
