/** A gRPC server as every role of ours runs one: limits, health, tracing around each handler, a drain that ends. */
import {
  type handleUnaryCall,
  Server,
  type ServerDuplexStream,
  type ServerInterceptor,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { toServiceError } from '../errors/grpc-status.ts';
import { readLogIds, withLogIds } from '../telemetry/log-context.ts';
import { createHistogram, type Histogram } from '../telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '../telemetry/names.ts';
import { contextOf, inSpan, SpanKind } from '../telemetry/tracing.ts';
import type { Identity } from '../tls/identity.ts';
import { serverCredentialsOf } from './credentials.ts';
import { methodAttributes, statusName } from './method.ts';

export const createGrpcServer = (limits: {
  maxMessageBytes: number;
  /** Asked in this order, before anything of a call is read. */
  guards: ServerInterceptor[];
}): Server =>
  new Server({
    interceptors: limits.guards,
    'grpc.max_receive_message_length': limits.maxMessageBytes,
    'grpc.max_send_message_length': limits.maxMessageBytes,
    // Clients find new pods only when a connection ends: let each end now and then, gently. No
    // keepalive pings beside it: on a connection that is ending, grpc-js (1.14) takes the ping that it
    // can no longer send for a dead peer, and drops the calls that the grace was for.
    'grpc.max_connection_age_ms': 60_000,
    'grpc.max_connection_age_grace_ms': 60_000,
  });

/** `address` as `host:port` or `unix:/path`; with an identity over mutual TLS. Answers the port (0 for a socket). */
export const bindGrpcServer = (server: Server, address: string, identity?: Identity): Promise<number> =>
  new Promise((resolve, reject) =>
    server.bindAsync(address, serverCredentialsOf(identity), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );

/** Lets calls finish for `drainMs`, then ends what is left: `tryShutdown` alone waits for open streams forever. */
export const stopGrpcServer = (server: Server, drainMs: number): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), drainMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });

type AnyCall = Pick<ServerUnaryCall<unknown, unknown>, 'metadata'>;

type ToError = (thrown: unknown) => ReturnType<typeof toServiceError>;

let durations: Histogram | undefined;

/** In the trailer of every error: REST has it in the problem. */
const TRACE_ID = 'trace-id';

/** Runs a handler inside the span of its call; what it throws goes to `fail` as a status. */
function served(
  method: string,
  call: AnyCall,
  toError: ToError,
  handle: () => Promise<void>,
  fail: (error: ReturnType<ToError>) => void,
): Promise<void> {
  const header = (key: string) => call.metadata.get(key)[0]?.toString();
  const settings = {
    kind: SpanKind.SERVER,
    parent: withLogIds(
      readLogIds(header),
      contextOf({ traceparent: header('traceparent'), tracestate: header('tracestate') }),
    ),
    attributes: methodAttributes(method),
    measure(seconds: number, outcome: string) {
      durations ??= createHistogram('rpcServerDuration');
      durations.record(seconds, { [ATTRIBUTE.rpcMethod]: method, [ATTRIBUTE.outcome]: outcome });
    },
  };
  return inSpan(method, settings, async (span) => {
    try {
      await handle();
      span.setAttribute(ATTRIBUTE.rpcStatus, 'OK');
    } catch (thrown) {
      const error = toError(thrown);
      span.setAttribute(ATTRIBUTE.rpcStatus, statusName(error.code));
      error.metadata.set(TRACE_ID, span.spanContext().traceId);
      fail(error);
      throw thrown;
    }
  }).catch(() => undefined);
}

/** A unary handler as an async function; what it throws becomes a status with ErrorInfo. */
export function unary<Request, Response>(
  method: string,
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response> | Response,
  {
    toError = toServiceError,
    untraced = false,
  }: {
    toError?: ToError;
    /** For what machines poll: a span each would bury the others. */
    untraced?: boolean;
  } = {},
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    const work = async () => callback(null, await handle(call.request, call));
    if (untraced) work().catch((thrown) => callback(toError(thrown)));
    else void served(method, call, toError, work, callback);
  };
}

/** A two-way stream as an async function; it ends the stream when it returns. */
export function duplex<Request, Response>(
  method: string,
  handle: (call: ServerDuplexStream<Request, Response>) => Promise<void>,
): (call: ServerDuplexStream<Request, Response>) => void {
  return (call) => {
    const work = async () => {
      await handle(call);
      call.end();
    };
    // grpc-js takes an error with code, details and metadata as the stream's status.
    void served(method, call, toServiceError, work, (error) => call.emit('error', error));
  };
}
