/** What travels beside every message on NATS: correlation, deadline, destination, trace context. */

import { headers as createHeaders, type MsgHdrs } from '@nats-io/transport-node';
import type { Context } from '@opentelemetry/api';
import { type DeadlineMs, remainingMs } from '../deadline.ts';
import { isCorrelationId } from '../domain/correlation-id.ts';
import { contextOf, traceHeaders } from '../telemetry/tracing.ts';
import { HEADER } from './subjects.ts';

export type Envelope = {
  correlationId: string;
  deadline: DeadlineMs;
  /** The subject that reports and scores of this request go to; absent in broadcasts and replies. */
  scoreTo?: string;
  /** Not worth a span to who processes it. */
  untraced?: boolean;
  /** For logs; absent in messages of older orchestrators. */
  requestId?: string;
};

/** Reads the trace context from the active span, so seal inside the span that sends. */
export function seal(envelope: Envelope, now = Date.now()): MsgHdrs {
  const sealed = createHeaders();
  sealed.set(HEADER.correlationId, envelope.correlationId);
  sealed.set(HEADER.deadline, String(Math.round(envelope.deadline)));
  sealed.set(HEADER.budgetMs, String(Math.floor(remainingMs(envelope.deadline, now))));
  if (envelope.scoreTo !== undefined) sealed.set(HEADER.scoreTo, envelope.scoreTo);
  if (envelope.requestId !== undefined) sealed.set(HEADER.requestId, envelope.requestId);
  if (envelope.untraced) sealed.set(HEADER.untraced, 'true');
  for (const [name, value] of Object.entries(traceHeaders())) sealed.set(name, value);
  return sealed;
}

/**
 * Undefined for a message that lacks what every message of ours has, or has it in nonsense: it
 * cannot be answered, so it is counted and dropped by who receives it.
 */
export function open(
  sealed: MsgHdrs | undefined,
  now = Date.now(),
): { envelope: Envelope; parent: Context } | undefined {
  const correlationId = sealed?.get(HEADER.correlationId) ?? '';
  const deadline = numberOf(sealed?.get(HEADER.deadline));
  const budgetMs = numberOf(sealed?.get(HEADER.budgetMs));
  if (!sealed || !isCorrelationId(correlationId) || deadline === undefined || budgetMs === undefined) {
    return undefined;
  }
  const scoreTo = sealed.get(HEADER.scoreTo);
  const requestId = sealed.get(HEADER.requestId);
  return {
    envelope: {
      correlationId,
      deadline: Math.min(deadline, now + budgetMs),
      ...(scoreTo ? { scoreTo } : {}),
      ...(requestId ? { requestId } : {}),
      ...(sealed.get(HEADER.untraced) ? { untraced: true } : {}),
    },
    parent: contextOf({
      traceparent: sealed.get(HEADER.traceparent) || undefined,
      tracestate: sealed.get(HEADER.tracestate) || undefined,
    }),
  };
}

/** Undefined for what is no plain, non-negative decimal. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
