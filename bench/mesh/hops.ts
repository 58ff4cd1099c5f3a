/** Where the time goes, hop by hop, from the traces of a mesh that exports all of them. */
import { startMesh } from '../../test/harness/mesh.ts';
import { type CollectedSpan, startTraceCollector } from '../../test/harness/trace-collector.ts';
import { waitUntil } from '../../test/harness/wait-until.ts';
import { scoreJson } from './clients.ts';

export type Hop = {
  service: string;
  name: string;
  /** Spans of this name in one radiograph. */
  count: number;
  /** Milliseconds after the gateway's span began: the first one's begin, the last one's end. */
  from: number;
  to: number;
  /** Milliseconds of one span. */
  each: number;
};

const WARM_UP = 5;
const ROOT_SERVICE = 'gateway';

/** Medians over `rounds` radiographs of one client, in the order in which they begin. */
export async function measureHops(film: Uint8Array, rounds: number): Promise<Hop[]> {
  const collector = await startTraceCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' };
  const mesh = await startMesh({ env });
  try {
    for (let round = 0; round < WARM_UP; round++) await scoreJson(mesh.url, film);
    const warmUntil = Date.now();
    for (let round = 0; round < rounds; round++) await scoreJson(mesh.url, film);
    const whole = () => {
      const traces = Map.groupBy(collector.spans, ({ traceId }) => traceId).values();
      const done = [...traces].filter(
        (spans) =>
          rootOf(spans) &&
          rootOf(spans)!.start > warmUntil &&
          spans.filter(({ name }) => name === 'process deepxray.scores.{orchestrator}').length === 10,
      );
      return done.length >= rounds && done;
    };
    return summarise(await waitUntil('all traces are here', whole, { within: 20_000 }));
  } finally {
    await mesh.stop();
    collector.stop();
  }
}

const rootOf = (spans: CollectedSpan[]) =>
  spans.find(({ service, name }) => service === ROOT_SERVICE && name.startsWith('POST '));

function summarise(traces: CollectedSpan[][]): Hop[] {
  const samples = new Map<string, Hop[]>();
  for (const spans of traces) {
    const origin = rootOf(spans)!.start;
    for (const [key, same] of Map.groupBy(spans, ({ service, name }) => `${service}\t${name}`)) {
      const [service, name] = key.split('\t') as [string, string];
      const hop = {
        service,
        name,
        count: same.length,
        from: Math.min(...same.map(({ start }) => start)) - origin,
        to: Math.max(...same.map(({ end }) => end)) - origin,
        each: median(same.map(({ start, end }) => end - start)),
      };
      samples.set(key, [...(samples.get(key) ?? []), hop]);
    }
  }
  const hops = [...samples.values()].map((all) => ({
    ...all[0]!,
    count: median(all.map(({ count }) => count)),
    from: median(all.map(({ from }) => from)),
    to: median(all.map(({ to }) => to)),
    each: median(all.map(({ each }) => each)),
  }));
  return hops.sort((one, other) => one.from - other.from);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
