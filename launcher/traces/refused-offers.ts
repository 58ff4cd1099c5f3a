/** Offers to pods that had their hands full: a busy mesh makes hundreds of them, and they tell nothing more. Pure. */
import type { ReceivedSpan } from './otlp-spans.ts';

/** The rest, and how many offers were left out. */
export function withoutRefusedOffers(spans: readonly ReceivedSpan[]): {
  spans: ReceivedSpan[];
  refused: number;
} {
  const isRefusal = ({ attributes }: ReceivedSpan) => attributes['deepxray.refusal.reason'] === 'busy';
  const offers = new Set(spans.filter(isRefusal).map(({ parentSpanId }) => parentSpanId));
  return {
    spans: spans.filter((span) => !isRefusal(span) && !offers.has(span.spanId)),
    refused: offers.size,
  };
}
