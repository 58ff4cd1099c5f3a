/** The last requests' traces, in memory: bounded in number and in size, the oldest forgotten first. */
import type { ReceivedSpan } from './otlp-spans.ts';

const TRACES_KEPT = 200;
/** A request has about 120; one that waits for full pods until its deadline has thousands, and the last tell why. */
const SPANS_KEPT = 50_000;
const SPANS_KEPT_OF_EACH = 20_000;

export type Trace = { traceId: string; spans: ReceivedSpan[] };

export type TraceStore = {
  add(spans: readonly ReceivedSpan[]): void;
  get(traceId: string): Trace | undefined;
  /** The newest first. */
  latest(): Trace[];
};

export function createTraceStore(): TraceStore {
  const traces = new Map<string, Trace>();
  let kept = 0;
  const forgetOldest = () => {
    const [oldest] = traces.values();
    traces.delete(oldest!.traceId);
    kept -= oldest!.spans.length;
  };
  return {
    add(spans) {
      for (const span of spans) {
        let trace = traces.get(span.traceId);
        if (!trace) {
          trace = { traceId: span.traceId, spans: [] };
          traces.set(span.traceId, trace);
        }
        if (trace.spans.length >= SPANS_KEPT_OF_EACH) continue;
        trace.spans.push(span);
        kept++;
        while (traces.size > TRACES_KEPT || kept > SPANS_KEPT) forgetOldest();
      }
    },
    get: (traceId) => traces.get(traceId),
    latest: () => [...traces.values()].reverse(),
  };
}
