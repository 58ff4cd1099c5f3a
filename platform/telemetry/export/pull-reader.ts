/** Figures for whoever asks: `GET /metrics`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import { CONTENT_TYPE, formatFor, writeMetrics } from '../metrics/open-metrics.ts';

export class PullReader extends MetricReader {
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { resourceMetrics } = await this.collect();
      const format = formatFor(request.headers.accept);
      const body = writeMetrics(resourceMetrics, format);
      response.writeHead(200, { 'content-type': CONTENT_TYPE[format] }).end(body);
    } catch {
      response.writeHead(500).end();
    }
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
