/** A gRPC server as every role of ours runs one: limits, health, tracing around each handler, a drain that ends. */
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { context, trace } from '@opentelemetry/api';
import { toServiceError } from '../errors/grpc-status.ts';
import { contextOf, markFailed, SpanKind, startSpan } from '../telemetry/tracing.ts';

export const createGrpcServer = (limits: { maxMessageBytes: number }): Server =>
  new Server({
    'grpc.max_receive_message_length': limits.maxMessageBytes,
    'grpc.max_send_message_length': limits.maxMessageBytes,
    // Clients find new pods only when a connection ends: let each end now and then, gently. No
    // keepalive pings beside it: on a connection that is ending, grpc-js (1.14) takes the ping that it
    // can no longer send for a dead peer, and drops the calls that the grace was for.
    'grpc.max_connection_age_ms': 60_000,
    'grpc.max_connection_age_grace_ms': 60_000,
  });

/** `address` as `host:port` or `unix:/path`. Answers the port (0 for a socket). */
export const bindGrpcServer = (server: Server, address: string): Promise<number> =>
  new Promise((resolve, reject) =>
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
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

function serverSpan(method: string, call: AnyCall) {
  const [service, name] = splitMethod(method);
  const header = (key: string) => call.metadata.get(key)[0]?.toString();
  const parent = contextOf({ traceparent: header('traceparent'), tracestate: header('tracestate') });
  const span = startSpan(method, {
    kind: SpanKind.SERVER,
    parent,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.service': service, 'rpc.method': name },
  });
  return { span, active: trace.setSpan(parent, span) };
}

/** `package.Service/Method` → its two parts. */
export function splitMethod(method: string): [service: string, name: string] {
  const slash = method.lastIndexOf('/');
  return [method.slice(0, slash), method.slice(slash + 1)];
}

/** A unary handler as an async function; what it throws becomes a status with ErrorInfo. */
export function unary<Request, Response>(
  method: string,
  handle: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response> | Response,
  toError: (thrown: unknown) => ReturnType<typeof toServiceError> = toServiceError,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    const { span, active } = serverSpan(method, call);
    context
      .with(active, async () => handle(call.request, call))
      .then(
        (response) => callback(null, response),
        (thrown) => {
          markFailed(span, thrown);
          callback(toError(thrown));
        },
      )
      .finally(() => span.end());
  };
}

/** A two-way stream as an async function; it ends the stream when it returns. */
export function duplex<Request, Response>(
  method: string,
  handle: (call: ServerDuplexStream<Request, Response>) => Promise<void>,
): (call: ServerDuplexStream<Request, Response>) => void {
  return (call) => {
    const { span, active } = serverSpan(method, call);
    context
      .with(active, () => handle(call))
      .then(
        () => call.end(),
        (thrown) => {
          markFailed(span, thrown);
          // grpc-js takes an error with code, details and metadata as the stream's status.
          call.emit('error', toServiceError(thrown));
        },
      )
      .finally(() => span.end());
  };
}
