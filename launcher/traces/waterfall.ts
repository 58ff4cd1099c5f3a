/** A trace as the rows of a waterfall: parents above their children, in the order in which they began; pure. */
import type { ReceivedSpan } from './otlp-spans.ts';

export type Row = {
  span: ReceivedSpan;
  depth: number;
  /** Percent of the whole trace's time. */
  left: number;
  width: number;
};

export type Waterfall = { rows: Row[]; start: number; durationMs: number };

export function waterfallOf(spans: readonly ReceivedSpan[]): Waterfall {
  const start = Math.min(...spans.map((span) => span.start));
  const durationMs = Math.max(...spans.map((span) => span.end)) - start;
  const share = (ms: number) => (durationMs > 0 ? (100 * ms) / durationMs : 0);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byBegin = [...spans].sort((one, other) => one.start - other.start);
  const childrenOf = Map.groupBy(byBegin, ({ parentSpanId }) => (ids.has(parentSpanId) ? parentSpanId : ''));
  const rows: Row[] = [];
  const add = (span: ReceivedSpan, depth: number) => {
    rows.push({ span, depth, left: share(span.start - start), width: share(span.end - span.start) });
    for (const child of childrenOf.get(span.spanId) ?? []) add(child, depth + 1);
  };
  // Also those whose parent is not here: the caller's own span, or one that was lost.
  for (const root of childrenOf.get('') ?? []) add(root, 0);
  return { rows, start, durationMs };
}
