/** Spans for tests of what is pure. */
import type { ReceivedSpan } from '../otlp-spans.ts';

/** Named after its id. */
export const span = (
  spanId: string,
  parentSpanId: string,
  more: Partial<ReceivedSpan> = {},
): ReceivedSpan => ({
  service: 'gateway',
  instance: 'gateway',
  traceId: 'a',
  spanId,
  parentSpanId,
  name: spanId,
  kind: 'internal',
  start: 0,
  end: 1,
  isError: false,
  attributes: {},
  links: [],
  ...more,
});
