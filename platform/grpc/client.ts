/** Calls to another process: promise, deadline, cancellation and trace context in one place. */
import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { SpanContext } from '@opentelemetry/api';
import { DeadlineExceeded, type DeadlineMs, deadlineSignal } from '../deadline.ts';
import { DeepXRayError } from '../errors/code.ts';
import { fromServiceError } from '../errors/grpc-status.ts';
import { LOG_ID_KEY, logIds } from '../telemetry/log-context.ts';
import { createHistogram, type Histogram } from '../telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '../telemetry/names.ts';
import { inSpan, type Span, SpanKind, traceHeaders } from '../telemetry/tracing.ts';
import { methodAttributes, statusName } from './method.ts';

export type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/**
 * Channel options for a peer that may be restarted: seek it again soon. Without keepalive pings: in
 * grpc-js they drop the calls on a connection that its server is ending gently (see `server.ts`); a
 * peer that vanished in silence is noticed by deadlines.
 */
export const CHANNEL_OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
} as const;

/** Throws DeepXRayError; `call` must be bound to its client. */
export async function callUnary<Request, Response>(
  method: string,
  call: UnaryMethod<Request, Response>,
  request: Request,
  {
    deadline,
    signal,
    together = [],
  }: {
    deadline: DeadlineMs;
    signal?: AbortSignal | undefined;
    /** Spans, beside the active one, that the call serves: linked to. */
    together?: readonly SpanContext[];
  },
): Promise<Response> {
  return inClientSpan(
    method,
    async () => {
      const either = deadlineSignal(deadline, signal);
      try {
        return await new Promise<Response>((resolve, reject) => {
          const handle = call(request, metadataWithTrace(), { deadline }, (error, response) =>
            error ? reject(whyFailed(error, either.signal)) : resolve(response),
          );
          either.signal.addEventListener('abort', () => handle.cancel(), { once: true });
        });
      } finally {
        either.release();
      }
    },
    together,
  );
}

let durations: Histogram | undefined;

/** Runs a call inside its span. `method` as `package.Service/Method`. */
export function inClientSpan<T>(
  method: string,
  work: (span: Span) => Promise<T>,
  together: readonly SpanContext[] = [],
): Promise<T> {
  const settings = {
    kind: SpanKind.CLIENT,
    attributes: methodAttributes(method),
    links: together.map((context) => ({ context })),
    measure(seconds: number, outcome: string) {
      durations ??= createHistogram('rpcClientDuration');
      durations.record(seconds, { [ATTRIBUTE.rpcMethod]: method, [ATTRIBUTE.outcome]: outcome });
    },
  };
  return inSpan(method, settings, async (span) => {
    try {
      const answer = await work(span);
      span.setAttribute(ATTRIBUTE.rpcStatus, 'OK');
      return answer;
    } catch (thrown) {
      const { code } = ((thrown as Error).cause ?? {}) as Partial<ServiceError>;
      if (code !== undefined) span.setAttribute(ATTRIBUTE.rpcStatus, statusName(code));
      throw thrown;
    }
  });
}

/** A call that its deadline cancelled has failed by its deadline, whoever's timer was first. */
const whyFailed = (error: ServiceError, { reason }: AbortSignal): DeepXRayError =>
  reason instanceof DeadlineExceeded
    ? new DeepXRayError('deadline-exceeded', 'The deadline came first.', { cause: error })
    : fromServiceError(error);

/** Fresh metadata with the active trace context, and with the ids that the other side's log lines are to carry. */
export function metadataWithTrace(): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(traceHeaders())) metadata.set(key, value);
  const { requestId, correlationId } = logIds() ?? {};
  if (requestId !== undefined) metadata.set(LOG_ID_KEY.requestId, requestId);
  if (correlationId !== undefined) metadata.set(LOG_ID_KEY.correlationId, correlationId);
  return metadata;
}
