/**
 * What tracing costs: two meshes side by side, one with every request traced and sent to a collector's endpoint, one
 * without. They take many short turns under the same load, and each turn is compared with its neighbour: what the
 * machine does meanwhile befalls both.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Mesh, startMesh } from '../../test/harness/mesh.ts';
import { scoreJson } from './clients.ts';
import { coreTimeMs } from './process-costs.ts';

const CLIENTS = 8;
/** Until what spans are made with is compiled. */
const WARM_UP_FILMS = 100;
/** Of one turn. The shorter it is, the more alike is what the machine does to it and to its neighbour. */
const FILMS = 24;
/**
 * Spans leave ten times as often as by default, and a turn waits for its last, so that none is left to the other mesh's
 * turn: the cost is rather told too high than too low.
 */
const SPANS_LEAVE_WITHIN_MS = 500;

export type TracingCost = {
  pairs: number;
  /** Radiographs a second, and milliseconds of core time for each, of the mesh's own processes. */
  off: Figures;
  on: Figures;
  /** Share of throughput that tracing takes. */
  lost: Spread;
  /** Share of core time that it adds. */
  added: Spread;
  /** What the sink received for a radiograph, and what that cost it, which no figure above has. */
  sink: { exports: number; kB: number; coreMs: number };
};

type Figures = { perSecond: number; coreMs: number };

type Side = { mesh: Mesh; pids: readonly number[] };

/** Over the pairs: the median, and between which it lies with at least 95 %. */
export type Spread = { median: number; low: number; high: number };

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const outside = outsideOf(sorted.length);
  return { median, low: sorted[outside]!, high: sorted[sorted.length - 1 - outside]! };
}

/**
 * How many of the least, and of the most, values may be left out of the median's interval: of so many tosses of a coin
 * fewer heads come in no more than 2.5 %. It supposes nothing of how turns are spread.
 */
function outsideOf(count: number): number {
  let chance = 0.5 ** count;
  let sum = chance;
  let outside = 0;
  while (sum <= 0.025 && outside < count / 2) {
    outside++;
    chance *= (count - outside + 1) / outside;
    sum += chance;
  }
  return Math.max(0, outside - 1);
}

type Sink = { process: ChildProcess; endpoint: string; received(): Promise<Received> };
type Received = { exports: number; bytes: number };

async function startSink(isSilent: boolean): Promise<Sink> {
  const sink = fork(join(import.meta.dirname, 'span-sink.ts'), isSilent ? ['silent'] : []);
  const [{ port }] = await once(sink, 'message');
  return {
    process: sink,
    endpoint: `http://127.0.0.1:${port}`,
    async received() {
      sink.send('how much');
      return (await once(sink, 'message'))[0];
    },
  };
}

/** So many films, by clients that ask again as soon as they are answered; all that they cost is in the core time. */
async function turn({ mesh, pids }: Side, film: Uint8Array, films: number): Promise<Figures> {
  const coreBefore = coreTimeMs(pids);
  const begun = performance.now();
  let left = films;
  const client = async () => {
    while (left-- > 0) await scoreJson(mesh.url, film);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - begun) / 1000;
  await setTimeout(SPANS_LEAVE_WITHIN_MS * 1.2);
  return { perSecond: films / seconds, coreMs: (coreTimeMs(pids) - coreBefore) / films };
}

async function startSide(env: Record<string, string>): Promise<Side> {
  const mesh = await startMesh({ env });
  return { mesh, pids: mesh.processes().map(({ pid }) => pid) };
}

export async function measureTracingCost(
  film: Uint8Array,
  { pairs, toSilence = false }: { pairs: number; toSilence?: boolean },
): Promise<TracingCost> {
  const sink = await startSink(toSilence);
  const off = await startSide({});
  const on = await startSide({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.endpoint}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: String(SPANS_LEAVE_WITHIN_MS),
  });
  for (const side of [on, off]) await turn(side, film, WARM_UP_FILMS);

  const turns: { off: Figures; on: Figures }[] = [];
  const before = await sink.received();
  const sinkCoreBefore = coreTimeMs([sink.process.pid!]);
  for (let pair = 0; pair < pairs; pair++) {
    // Who goes first changes: heat and other work of the machine favour neither.
    const offFirst = pair % 2 === 0;
    const first = await turn(offFirst ? off : on, film, FILMS);
    const second = await turn(offFirst ? on : off, film, FILMS);
    turns.push(offFirst ? { off: first, on: second } : { off: second, on: first });
  }
  const after = await sink.received();
  const sinkCoreMs = coreTimeMs([sink.process.pid!]) - sinkCoreBefore;
  const films = pairs * FILMS;
  await on.mesh.stop();
  await off.mesh.stop();
  sink.process.disconnect();

  const mean = (which: 'off' | 'on', figure: keyof Figures) =>
    turns.reduce((sum, one) => sum + one[which][figure], 0) / turns.length;
  return {
    pairs,
    off: { perSecond: mean('off', 'perSecond'), coreMs: mean('off', 'coreMs') },
    on: { perSecond: mean('on', 'perSecond'), coreMs: mean('on', 'coreMs') },
    lost: spreadOf(turns.map((one) => 1 - one.on.perSecond / one.off.perSecond)),
    added: spreadOf(turns.map((one) => one.on.coreMs / one.off.coreMs - 1)),
    sink: {
      exports: (after.exports - before.exports) / films,
      kB: (after.bytes - before.bytes) / 1000 / films,
      coreMs: sinkCoreMs / films,
    },
  };
}
