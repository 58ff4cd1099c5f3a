/** Spans around work, and W3C trace context in any carrier of string headers. */
import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { DeepXRayError } from '../errors/code.ts';
import { ATTRIBUTE } from './names.ts';

export { SpanKind };

const tracer = trace.getTracer('deepxray');

export type SpanSettings = { kind?: SpanKind; attributes?: Attributes; links?: Link[]; parent?: Context };

/** Runs `work` inside a span; what it throws marks the span as failed and is thrown on. */
export async function inSpan<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, links = [], parent = context.active() }: SpanSettings,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind, attributes, links }, parent, async (span) => {
    try {
      return await work(span);
    } catch (thrown) {
      markFailed(span, thrown);
      throw thrown;
    } finally {
      span.end();
    }
  });
}

/** A span that ends elsewhere than in the block that begins it. */
export const startSpan = (
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active() }: SpanSettings = {},
): Span => tracer.startSpan(name, { kind, attributes }, parent);

/** The class of what failed and our code for it; never its message, which may quote what was sent. */
export function markFailed(span: Span, thrown: unknown): void {
  const type =
    thrown instanceof DeepXRayError ? thrown.code : thrown instanceof Error ? thrown.name : 'unknown';
  span.setAttribute('error.type', type);
  if (thrown instanceof DeepXRayError) span.setAttribute(ATTRIBUTE.errorCode, thrown.code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

/** `traceparent` and `tracestate` of the active context. */
export function traceHeaders(of: Context = context.active()): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(of, headers);
  return headers;
}

/** The context that `traceparent` and `tracestate` name; the root where they name none. */
export const contextOf = (headers: Record<string, string | undefined>): Context =>
  propagation.extract(context.active(), headers);

export const activeTraceId = (): string => trace.getActiveSpan()?.spanContext().traceId ?? '0'.repeat(32);

export const withSpan = <T>(span: Span, work: () => T): T =>
  context.with(trace.setSpan(context.active(), span), work);
