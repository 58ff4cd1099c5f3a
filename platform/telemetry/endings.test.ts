import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { DeadlineExceeded } from '../deadline.ts';
import { DeepXRayError } from '../errors/code.ts';
import { endingOf, markAborted, markFailed } from './endings.ts';

const tracer = new BasicTracerProvider().getTracer('test');
type Readable = { status: { code: SpanStatusCode }; attributes: Record<string, unknown> };

function ended(thrown: unknown) {
  const span = tracer.startSpan('work');
  markFailed(span, thrown);
  const { status, attributes } = span as unknown as Readable;
  return { ...endingOf(span), isError: status.code === SpanStatusCode.ERROR, attributes };
}

test('a deadline, a cancellation, a bad film and a fault are told apart', () => {
  expect(ended(new DeepXRayError('deadline-exceeded', 'late'))).toMatchObject({
    outcome: 'deadline',
    isError: true,
  });
  expect(ended(new DeadlineExceeded())).toMatchObject({ outcome: 'deadline', isError: true });
  expect(ended(new DeepXRayError('cancelled', 'gone'))).toMatchObject({
    outcome: 'cancelled',
    isError: false,
  });
  expect(ended(new DeepXRayError('dicom', 'no'))).toMatchObject({ outcome: 'rejected', isError: false });
  expect(ended(new DeepXRayError('overloaded', 'full'))).toMatchObject({ outcome: 'refused', isError: true });
  expect(ended(new TypeError('oops'))).toMatchObject({
    outcome: 'fault',
    errorType: 'TypeError',
    isError: true,
  });
});

test('a span says what failed by its code, and which steps are away, and never repeats the message', () => {
  const error = new DeepXRayError('step-unavailable', 'said to miller', {
    metadata: { steps: 'body-part,joint-scoring' },
  });
  const { attributes } = ended(error);
  expect(attributes).toMatchObject({
    'error.type': 'step-unavailable',
    'deepxray.error_code': 'step-unavailable',
    'deepxray.steps_away': ['body-part', 'joint-scoring'],
  });
  expect(JSON.stringify(ended(new Error('miller')).attributes)).not.toContain('miller');
});

test('work that ended early says whether the deadline or the client ended it', () => {
  const [late, gone] = [new AbortController(), new AbortController()];
  late.abort(new DeadlineExceeded());
  gone.abort();
  const outcomeOf = (signal: AbortSignal, deadline = Date.now() + 1000) => {
    const span = tracer.startSpan('work');
    markAborted(span, signal, deadline);
    return endingOf(span).outcome;
  };
  expect(outcomeOf(late.signal)).toBe('deadline');
  expect(outcomeOf(gone.signal)).toBe('cancelled');
  // Told to stop, by one whose deadline came.
  expect(outcomeOf(gone.signal, Date.now() - 1)).toBe('deadline');
});
