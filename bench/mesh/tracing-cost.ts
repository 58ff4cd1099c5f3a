/**
 * What tracing costs: two meshes at once on the same cores, under the same load, one with every request traced and sent
 * to a collector's endpoint, one without. Whatever the machine does meanwhile befalls both in the same moment: taken in
 * turns, they differed from one turn to the next by more than tracing costs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Mesh, startMesh } from '../../test/harness/mesh.ts';
import { scoreJson } from './clients.ts';
import { coreTimeMs } from './process-costs.ts';

/** Of each mesh. */
const CLIENTS = 4;
/** Until what spans are made with is compiled. */
const WARM_UP_FILMS = 100;
/** Twice what OpenTelemetry lets spans wait by default, so that each window has those of as many films as it scored. */
export const WINDOW_S = 10;

export type TracingCost = {
  windows: number;
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

type Side = {
  mesh: Mesh;
  pids: readonly number[];
  /** Answered so far. */
  films: number;
};

/** Over the windows: the median, and between which it lies with at least 95 %. */
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

async function startSide(env: Record<string, string>): Promise<Side> {
  const mesh = await startMesh({ env });
  return { mesh, pids: mesh.processes().map(({ pid }) => pid), films: 0 };
}

async function score(side: Side, film: Uint8Array, goesOn: () => boolean): Promise<void> {
  const client = async () => {
    while (goesOn()) {
      await scoreJson(side.mesh.url, film);
      side.films++;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

export async function measureTracingCost(
  film: Uint8Array,
  { seconds, toSilence = false }: { seconds: number; toSilence?: boolean },
): Promise<TracingCost> {
  const sink = await startSink(toSilence);
  const off = await startSide({});
  const on = await startSide({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.endpoint}/v1/traces` });

  let asking = true;
  const scoring = [off, on].map((side) => score(side, film, () => asking));
  while (Math.min(off.films, on.films) < WARM_UP_FILMS) await setTimeout(100);

  const windows: { off: Figures; on: Figures }[] = [];
  const before = await sink.received();
  const sinkCoreBefore = coreTimeMs([sink.process.pid!]);
  const filmsBefore = on.films;
  for (let window = 0; window < seconds / WINDOW_S; window++) {
    const readOff = read(off);
    const readOn = read(on);
    await setTimeout(WINDOW_S * 1000);
    windows.push({ off: readOff(), on: readOn() });
  }
  const films = on.films - filmsBefore;
  const after = await sink.received();
  const sinkCoreMs = coreTimeMs([sink.process.pid!]) - sinkCoreBefore;
  asking = false;
  await Promise.all(scoring);
  await on.mesh.stop();
  await off.mesh.stop();
  sink.process.disconnect();

  const mean = (which: 'off' | 'on', figure: keyof Figures) =>
    windows.reduce((sum, one) => sum + one[which][figure], 0) / windows.length;
  return {
    windows: windows.length,
    off: { perSecond: mean('off', 'perSecond'), coreMs: mean('off', 'coreMs') },
    on: { perSecond: mean('on', 'perSecond'), coreMs: mean('on', 'coreMs') },
    lost: spreadOf(windows.map((one) => 1 - one.on.perSecond / one.off.perSecond)),
    added: spreadOf(windows.map((one) => one.on.coreMs / one.off.coreMs - 1)),
    sink: {
      exports: (after.exports - before.exports) / films,
      kB: (after.bytes - before.bytes) / 1000 / films,
      coreMs: sinkCoreMs / films,
    },
  };
}

/** Begins a window; what it returns ends it. */
function read(side: Side): () => Figures {
  const begun = performance.now();
  const filmsBefore = side.films;
  const coreBefore = coreTimeMs(side.pids);
  return () => {
    const films = side.films - filmsBefore;
    return {
      perSecond: (films * 1000) / (performance.now() - begun),
      coreMs: (coreTimeMs(side.pids) - coreBefore) / films,
    };
  };
}
