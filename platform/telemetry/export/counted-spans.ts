/**
 * Batches spans to an exporter and counts those that never arrived: a collector that is slow, full or
 * gone costs spans, never a request.
 */
import { ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** OpenTelemetry's own default: beyond it spans are thrown away. */
const QUEUE = 2048;

export type CountedSpans = { processor: SpanProcessor; dropped(): number };

export function countSpans(
  exporter: SpanExporter,
  onState: (state: 'arriving' | 'lost') => void,
): CountedSpans {
  let waiting = 0;
  let dropped = 0;
  let state = 'arriving';
  const see = (now: 'arriving' | 'lost') => {
    if (now !== state) onState(now);
    state = now;
  };
  const watched: SpanExporter = {
    export(spans, done) {
      waiting -= spans.length;
      exporter.export(spans, (result) => {
        const arrived = result.code === ExportResultCode.SUCCESS;
        if (!arrived) dropped += spans.length;
        see(arrived ? 'arriving' : 'lost');
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
  const batches = new BatchSpanProcessor(watched, { maxQueueSize: QUEUE });
  return {
    dropped: () => dropped,
    processor: {
      onStart: (span, parent) => batches.onStart(span, parent),
      onEnd(span: ReadableSpan) {
        if (waiting >= QUEUE) dropped++;
        else waiting++;
        batches.onEnd(span);
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown(),
    },
  };
}
