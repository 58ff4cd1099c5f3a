/** What an operator sees of the model server: a span for each inference, and metrics of each model. */
import { Metadata } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { imageRequest, pixels, startModelServer } from './harness/model-server.ts';
import { startTraceCollector } from './harness/trace-collector.ts';

const TRACE = 'ab'.repeat(16);

test('a span tells queue from compute, belongs to the caller’s trace, and links to what it went with', async () => {
  const collector = await startTraceCollector();
  const server = await startModelServer({
    DEEPXRAY_MODELS: 'slow',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  });
  const inferInTrace = (seed: number) => {
    const metadata = new Metadata();
    metadata.set('traceparent', `00-${TRACE}-${String(seed).padStart(16, '0')}-01`);
    return new Promise((resolve, reject) =>
      server.client.stub.modelInfer(imageRequest('slow', pixels(seed)), metadata, (error, response) =>
        error ? reject(error) : resolve(response),
      ),
    );
  };
  try {
    await Promise.all([1, 2, 3, 4].map(inferInTrace));
  } finally {
    await server.stop();
    collector.stop();
  }

  const { spans } = collector;
  const served = spans.filter(({ name }) => name === 'inference.GRPCInferenceService/ModelInfer');
  const inferred = spans.filter(({ name }) => name === 'infer slow');
  expect(served.map(({ traceId }) => traceId)).toEqual(Array(4).fill(TRACE));
  expect(new Set(inferred.map((span) => span.parentSpanId))).toEqual(
    new Set(served.map((span) => span.spanId)),
  );

  const alone = inferred.filter(({ attributes }) => attributes['deepxray.batch_size'] === 1);
  const together = inferred.filter(({ attributes }) => attributes['deepxray.batch_size'] === 3);
  expect([alone.length, together.length]).toEqual([1, 3]);
  expect(alone[0]!.links).toEqual([]);
  const ids = together.map(({ spanId }) => spanId);
  for (const { spanId, links, attributes, start, end } of together) {
    expect(links.sort()).toEqual(ids.filter((id) => id !== spanId).sort());
    expect(attributes).toMatchObject({ 'deepxray.model.name': 'slow', 'deepxray.model.version': '1' });
    const queueMs = attributes['deepxray.inference.queue_ms'] as number;
    const computeMs = attributes['deepxray.inference.compute_ms'] as number;
    expect(queueMs).toBeGreaterThan(10);
    expect(computeMs).toBeGreaterThan(10);
    expect(queueMs + computeMs).toBeLessThan(end - start + 5);
  }
});

test('the metrics of a model are histograms of queue, compute and batch size, and a count of failures', async () => {
  const server = await startModelServer({ DEEPXRAY_MODELS: 'tiny' });
  try {
    await server.client.infer(imageRequest('tiny', pixels(1, 4)));
    await server.client.infer(imageRequest('tiny', pixels(1, 9))).catch(() => {});
    const { adminPort } = server.log.find(({ msg }) => msg === 'started')!;
    const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
    const metricOf = (name: string) =>
      new RegExp(`^${name}\\{deepxray_model_name="tiny",deepxray_model_version="2".*\\} (\\S+)`, 'm').exec(
        metrics,
      )?.[1];
    expect(metricOf('deepxray_inference_queue_seconds_count')).toBe('1');
    expect(metricOf('deepxray_inference_compute_seconds_count')).toBe('1');
    expect(metricOf('deepxray_inference_batch_size_sum')).toBe('4');
    expect(metrics).toMatch(
      /^deepxray_inference_failures_total\{.*"tiny".*deepxray_outcome="rejected"\} 1$/m,
    );
  } finally {
    await server.stop();
  }
});
