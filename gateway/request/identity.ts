/** The names under which a request is found again: its id, and the trace that it belongs to. */
import type { IncomingMessage } from 'node:http';
import { type Context, context, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomId } from '#platform/domain/random-id.ts';
import { requestIdFrom } from '#platform/domain/request-id.ts';
import { endingOf, markEnding } from '#platform/telemetry/endings.ts';
import { withLogIds } from '#platform/telemetry/log-context.ts';
import { createHistogram, type Histogram } from '#platform/telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { contextOf, type Span, SpanKind, startSpan } from '#platform/telemetry/tracing.ts';

export type Identity = {
  requestId: string;
  /** 32 hex digits. */
  traceId: string;
  /** What this request's own spans are children of. */
  context: Context;
  /** The orchestrator's name for it, once that has taken the call. */
  correlationId?: string;
};

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity;
  }
  interface FastifyContextConfig {
    /** A path that machines poll: a span each would bury the others. */
    untraced?: boolean;
  }
}

export const requestIdOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string =>
  requestIdFrom(headers['x-request-id']);

/** Gives a request its identity, and its answer the `X-Request-Id`. */
export function identify(request: FastifyRequest, reply: FastifyReply): void {
  request.identity = identityOf(request, reply);
  reply.header('x-request-id', request.id);
}

function identityOf(request: FastifyRequest, reply: FastifyReply): Identity {
  const { traceparent, tracestate } = request.headers;
  const parent = contextOf({ traceparent: one(traceparent), tracestate: one(tracestate) });
  const { config, url: route } = request.routeOptions;
  if (config.untraced) {
    const traceId = trace.getSpanContext(parent)?.traceId ?? randomId();
    return { requestId: request.id, traceId, context: parent };
  }
  const span = startSpan(route ? `${request.method} ${route}` : request.method, {
    kind: SpanKind.SERVER,
    parent,
    attributes: {
      [ATTRIBUTE.httpMethod]: request.method,
      [ATTRIBUTE.urlScheme]: request.protocol,
      [ATTRIBUTE.protocolVersion]: request.raw.httpVersion,
      ...(route ? { [ATTRIBUTE.httpRoute]: route, [ATTRIBUTE.urlPath]: route } : {}),
      [ATTRIBUTE.requestId]: request.id,
    },
  });
  const within = withLogIds({ requestId: request.id }, trace.setSpan(parent, span));
  const begun = performance.now();
  // Comes after `finish`, and also where the client hung up before it.
  reply.raw.once('close', () => context.with(within, () => end(span, request, reply, begun)));
  return { requestId: request.id, traceId: span.spanContext().traceId, context: within };
}

let durations: Histogram | undefined;

function end(span: Span, request: FastifyRequest, reply: FastifyReply, begun: number): void {
  const { headersSent, statusCode, writableFinished } = reply.raw;
  if (headersSent) span.setAttribute(ATTRIBUTE.httpStatus, statusCode);
  if (endingOf(span).outcome === 'ok') {
    if (!writableFinished) markEnding(span, 'cancelled', 'cancelled');
    else if (statusCode >= 500) markEnding(span, 'fault', String(statusCode));
  }
  durations ??= createHistogram('httpServerDuration');
  durations.record((performance.now() - begun) / 1000, {
    [ATTRIBUTE.httpMethod]: request.method,
    ...(request.routeOptions.url ? { [ATTRIBUTE.httpRoute]: request.routeOptions.url } : {}),
    ...(headersSent ? { [ATTRIBUTE.httpStatus]: statusCode } : {}),
    [ATTRIBUTE.outcome]: endingOf(span).outcome,
  });
  span.end();
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
