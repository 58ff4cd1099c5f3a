/** The last requests' traces, in memory: bounded, the oldest forgotten first. */
import type { ReceivedSpan } from './otlp-spans.ts';

const TRACES_KEPT = 200;
/** Ten joints, and the same again for some of them: far below. */
const SPANS_KEPT_OF_EACH = 2000;

export type Trace = { traceId: string; spans: ReceivedSpan[] };

export type TraceStore = {
  add(spans: readonly ReceivedSpan[]): void;
  get(traceId: string): Trace | undefined;
  /** The newest first. */
  latest(): Trace[];
};

export function createTraceStore(): TraceStore {
  const traces = new Map<string, Trace>();
  return {
    add(spans) {
      for (const span of spans) {
        let trace = traces.get(span.traceId);
        if (!trace) {
          trace = { traceId: span.traceId, spans: [] };
          traces.set(span.traceId, trace);
          if (traces.size > TRACES_KEPT) traces.delete(traces.keys().next().value!);
        }
        if (trace.spans.length < SPANS_KEPT_OF_EACH) trace.spans.push(span);
      }
    },
    get: (traceId) => traces.get(traceId),
    latest: () => [...traces.values()].reverse(),
  };
}
