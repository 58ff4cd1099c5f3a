/** Runs the simulated mesh under a load, and says what its clients would have seen. */
import type { Demands } from '../demands.ts';
import { type Clock, createClock, ended, type Process, start } from './clock.ts';
import { createCores } from './cores.ts';
import { createMesh, type MeshModel, type Pods } from './mesh.ts';
import { createRandom } from './random.ts';

export type Load =
  /** Radiographs a second that arrive at random, whatever became of those before. */
  | { perSecond: number }
  /** Clients that ask again as soon as they are answered, on the cores that the mesh has, too. */
  | { clients: number; clientMs: number };

export type Seen = {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  refused: number;
  /** Share of the time for which the busiest kind of thread of each role was at it. */
  busy: Record<keyof Pods, number>;
  /** Times that a scoring pod was full, a radiograph. */
  busyScorers: number;
};

export function simulate(
  pods: Pods,
  demands: Demands,
  load: Load,
  {
    seconds,
    warmUpSeconds = 3,
    seed = 1,
    sharedCores,
  }: {
    seconds: number;
    warmUpSeconds?: number;
    seed?: number;
    /** Cores that every container shares; if absent each has its own, as many as its manifest allows. */
    sharedCores?: number;
  },
): Seen {
  const clock = createClock();
  const random = createRandom(seed);
  const shared = sharedCores === undefined ? undefined : createCores(clock, sharedCores);
  const mesh = createMesh(pods, demands, {
    clock,
    random,
    coresOf: (cores) => shared ?? createCores(clock, cores),
  });
  const times: number[] = [];
  let refused = 0;
  const isMeasured = () => clock.nowMs >= warmUpSeconds * 1000;
  function* film(): Process {
    const began = clock.nowMs;
    yield* mesh.score((outcome) => {
      if (!isMeasured()) return;
      if (outcome === 'scored') times.push(clock.nowMs - began);
      else refused++;
    });
  }

  if ('clients' in load) {
    const client = function* (): Process {
      for (;;) {
        if (shared) yield shared.work(load.clientMs);
        yield ended(film());
      }
    };
    for (let index = 0; index < load.clients; index++) start(client());
  } else {
    start(arrivals(clock, () => random.exponential(1000 / load.perSecond), film));
  }
  clock.runUntil(warmUpSeconds * 1000);
  const before = { busy: mesh.busyMs(), refusals: mesh.refusals };
  clock.runUntil((warmUpSeconds + seconds) * 1000);
  return {
    perSecond: times.length / seconds,
    ...quantilesOf(times),
    refused,
    busy: busyShares(mesh, before.busy, seconds),
    busyScorers: (mesh.refusals - before.refusals) / Math.max(1, times.length),
  };
}

function* arrivals(clock: Clock, nextMs: () => number, arrive: () => Process): Process {
  for (;;) {
    yield clock.wait(nextMs());
    start(arrive());
  }
}

function busyShares(mesh: MeshModel, before: Seen['busy'], seconds: number): Seen['busy'] {
  const entries = Object.entries(mesh.busyMs()) as [keyof Pods, number][];
  return Object.fromEntries(
    entries.map(([role, busyMs]) => [role, (busyMs - before[role]) / (seconds * 1000)]),
  ) as Seen['busy'];
}

function quantilesOf(milliseconds: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.POSITIVE_INFINITY;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
