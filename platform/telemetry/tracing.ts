/** Spans around work, and W3C trace context in any carrier of string headers. */
import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  type Span,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { endingOf, markFailed } from './endings.ts';
import type { Outcome } from './schema/outcomes.ts';

export { type Span, SpanKind };

const tracer = trace.getTracer('deepxray');

export type SpanSettings = {
  kind?: SpanKind;
  attributes?: Attributes;
  parent?: Context;
  links?: Link[];
  /** Called as it ends, inside the span, so that figures lead to it. */
  measure?(seconds: number, outcome: Outcome, errorType: string | undefined): void;
};

/** Runs `work` inside a span; what it throws marks the span with how it ended and is thrown on. */
export async function inSpan<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active(), links = [], measure }: SpanSettings,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const begun = measure ? performance.now() : 0;
  return tracer.startActiveSpan(name, { kind, attributes, links }, parent, async (span) => {
    try {
      return await work(span);
    } catch (thrown) {
      markFailed(span, thrown);
      throw thrown;
    } finally {
      if (measure) {
        const { outcome, errorType } = endingOf(span);
        measure((performance.now() - begun) / 1000, outcome, errorType);
      }
      span.end();
    }
  });
}

/** The same for work that is done when it returns. */
export function inSpanNow<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active() }: SpanSettings,
  work: (span: Span) => T,
): T {
  return tracer.startActiveSpan(name, { kind, attributes }, parent, (span) => {
    try {
      return work(span);
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

/** `traceparent` and `tracestate` of the active context. */
export function traceHeaders(of: Context = context.active()): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(of, headers);
  return headers;
}

/** The context that `traceparent` and `tracestate` name; the root where they name none. */
export const contextOf = (headers: Record<string, string | undefined>): Context =>
  propagation.extract(context.active(), headers);

export const activeSpan = (): Span | undefined => trace.getActiveSpan();

export const activeTraceId = (): string => activeSpan()?.spanContext().traceId ?? '0'.repeat(32);
