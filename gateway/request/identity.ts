/** The names under which a request is found again: its id, and the trace that it belongs to. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { contextOf, SpanKind, startSpan } from '#platform/telemetry/tracing.ts';

export type Identity = {
  requestId: string;
  /** 32 hex digits. */
  traceId: string;
  /** What this request's own spans are children of. */
  context: Context;
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

/** Goes into logs, headers and gRPC metadata as it is. */
const TAKEN_REQUEST_ID = /^[A-Za-z0-9._~-]{1,128}$/;

export const newId = (): string => randomBytes(16).toString('hex');

/** The client's, if it is one; else a new one of 32 hex digits. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && TAKEN_REQUEST_ID.test(given) ? given : newId();
}

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
    const traceId = trace.getSpanContext(parent)?.traceId ?? newId();
    return { requestId: request.id, traceId, context: parent };
  }
  const span = startSpan(route ? `${request.method} ${route}` : request.method, {
    kind: SpanKind.SERVER,
    parent,
    attributes: {
      'http.request.method': request.method,
      'url.scheme': request.protocol,
      'network.protocol.version': request.raw.httpVersion,
      ...(route ? { 'http.route': route, 'url.path': route } : {}),
      [ATTRIBUTE.requestId]: request.id,
    },
  });
  // Comes after `finish`, and also where the client hung up before it.
  reply.raw.once('close', () => {
    const { headersSent, statusCode } = reply.raw;
    if (headersSent) span.setAttribute('http.response.status_code', statusCode);
    // What a client did wrong is no failure of the server.
    if (headersSent && statusCode >= 500) {
      span.setAttribute('error.type', String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  });
  return {
    requestId: request.id,
    traceId: span.spanContext().traceId,
    context: trace.setSpan(parent, span),
  };
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
