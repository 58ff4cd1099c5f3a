import { expect, test } from 'vitest';
import { causeIn } from './cause.ts';
import type { ReceivedSpan } from './otlp-spans.ts';
import { span } from './testing/made-up-spans.ts';
import { waterfallOf } from './waterfall.ts';

const failed = (errorType: string, more: Partial<ReceivedSpan> = {}): Partial<ReceivedSpan> => ({
  isError: true,
  attributes: {
    'error.type': errorType,
    'deepxray.outcome': errorType === 'deadline-exceeded' ? 'deadline' : 'fault',
  },
  ...more,
});
const causeOf = (spans: ReceivedSpan[]) => causeIn(waterfallOf(spans));

test('what went well has no cause', () => {
  expect(causeOf([span('root', '')])).toBeUndefined();
});

test('the cause is the deepest hop that failed, with the processes on the way to it', () => {
  const cause = causeOf([
    span('root', '', failed('internal')),
    span('call', 'root', failed('internal')),
    span('serve', 'call', failed('internal', { instance: 'orchestrator' })),
    span('beside', 'serve', { instance: 'body-part' }),
    span('infer', 'serve', failed('INTERNAL', { instance: 'body-part-model-server' })),
  ]);
  expect(cause?.row.span.spanId).toBe('infer');
  expect(cause?.way).toEqual(['gateway', 'orchestrator', 'body-part-model-server']);
  expect(cause?.why).toMatch(/failed inside/);
});

test('at a deadline it is the hop from which nothing came, though that itself has not failed', () => {
  const cause = causeOf([
    span('root', '', failed('deadline-exceeded')),
    span('serve', 'root', failed('deadline-exceeded', { instance: 'orchestrator' })),
    span('answered', 'serve', { instance: 'orchestrator', kind: 'producer' }),
    span('process', 'answered', { instance: 'body-part', kind: 'consumer' }),
    span('silent', 'serve', {
      instance: 'orchestrator',
      kind: 'producer',
      name: 'send deepxray.joint-extraction.work',
      end: 0.9,
    }),
    // The last try, which the deadline cut short.
    span('late', 'process', { instance: 'body-part', kind: 'client', start: 0.9 }),
    span('cancel', 'serve', { kind: 'producer', name: 'send deepxray.cancel' }),
  ]);
  expect(cause?.row.span.spanId).toBe('silent');
  expect(cause?.why).toContain('No span has come from a pod of joint-extraction');
  expect(cause?.way).toEqual(['gateway', 'orchestrator', '✗ a pod of joint-extraction']);
});

test('at a deadline, where something came from all, it is the deepest that was still at work', () => {
  const cause = causeOf([
    span('root', '', failed('deadline-exceeded')),
    span('call', 'root', { kind: 'client', attributes: { 'deepxray.outcome': 'cancelled' } }),
    span('serve', 'call', { kind: 'server', attributes: { 'deepxray.outcome': 'cancelled' } }),
  ]);
  expect(cause?.row.span.spanId).toBe('serve');
  expect(cause?.why).toBe('It was still at work when the deadline came.');
});

test('a call that failed and that the other side knows nothing of says whose span is missing', () => {
  const call = failed('step-unavailable', {
    instance: 'joint-scoring-1',
    kind: 'client',
    name: 'inference.GRPCInferenceService/ModelInfer',
  });
  const cause = causeOf([
    span('root', '', failed('internal')),
    span('1', 'root', call),
    span('2', 'root', call),
  ]);
  expect(cause?.way.at(-1)).toBe('✗ the model server of joint-scoring-1');
  expect(cause?.alike).toBe(2);
});

test('where no pod is there for a step, it is named', () => {
  const away = {
    ...failed('step-unavailable'),
    attributes: { 'deepxray.steps_away': ['body-part', 'joint-scoring'] },
  };
  expect(causeOf([span('knock', '', away)])?.why).toBe('No pod is there for body-part and joint-scoring.');
});
