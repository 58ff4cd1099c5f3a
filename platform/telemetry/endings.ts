/** How a span ended: what failed by its code or class, and whether that is a fault, a deadline or neither. */
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { type DeadlineMs, hasPassed } from '../deadline.ts';
import { DeepXRayError, type ErrorCode } from '../errors/code.ts';
import { ATTRIBUTE } from './schema/attributes.ts';
import { errorTypeOf, OUTCOME_OF, type Outcome, outcomeOf } from './schema/outcomes.ts';

export type Ending = { outcome: Outcome; errorType: string | undefined };

const WELL: Ending = { outcome: 'ok', errorType: undefined };
/** What the caller brought about, or wanted, is no error of who served it. */
const NO_ERROR: ReadonlySet<Outcome> = new Set(['ok', 'rejected', 'cancelled']);

const endings = new WeakMap<Span, Ending>();

/** As far as it is known by now. */
export const endingOf = (span: Span): Ending => endings.get(span) ?? WELL;

/** The class of what failed and our code for it; never its message, which may quote what was sent. */
export function markFailed(span: Span, thrown: unknown): void {
  if (thrown instanceof DeepXRayError) {
    markCode(span, thrown.code);
    const { steps } = thrown.metadata;
    if (steps !== undefined) span.setAttribute(ATTRIBUTE.stepsAway, steps.split(','));
    return;
  }
  markEnding(span, outcomeOf(thrown), errorTypeOf(thrown));
}

export function markCode(span: Span, code: ErrorCode): void {
  span.setAttribute(ATTRIBUTE.errorCode, code);
  markEnding(span, OUTCOME_OF[code], code);
}

/**
 * Whatever ended early because `signal` aborted: by whose wish. At a deadline everybody is told to stop, and
 * may hear it before its own timer fires: what stops later than the deadline was ended by it.
 */
export function markAborted(span: Span, signal: AbortSignal, deadline: DeadlineMs): void {
  const cameTooLate = outcomeOf(signal.reason) === 'deadline' || hasPassed(deadline);
  const outcome = cameTooLate ? 'deadline' : 'cancelled';
  markEnding(span, outcome, outcome === 'deadline' ? 'deadline-exceeded' : 'cancelled');
}

export function markEnding(span: Span, outcome: Outcome, errorType: string): void {
  endings.set(span, { outcome, errorType });
  span.setAttribute(ATTRIBUTE.outcome, outcome);
  span.setAttribute(ATTRIBUTE.errorType, errorType);
  if (!NO_ERROR.has(outcome)) span.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
}
