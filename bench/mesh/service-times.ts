/** What a radiograph costs each role, and the bus: what the capacity model is fed with, and held against. */
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Measured } from '../../capacity/measured.ts';
import { type Mesh, startMesh } from '../../test/harness/mesh.ts';
import { measureBusCosts } from './bus-costs.ts';
import { throughput } from './clients.ts';
import { createFloor } from './floor.ts';
import { coreTimeMs } from './process-costs.ts';

const WARM_UP_S = 8;
const DECODES = 20;
const CLIENTS = [1, 2, 4, 8, 16];
/** At which the cores are busy: what a radiograph costs is taken there. */
const BUSY = 8;

type Load = Measured['loads'][number];
type Costs = Pick<Measured, 'coreMs' | 'localisationShare' | 'bus'>;

export async function measureServiceTimes(film: Buffer, seconds: number): Promise<Measured> {
  const decodeMs = await measureDecode(film);
  const mesh = await startMesh({ scoringPods: 2 });
  const loads: Load[] = [];
  let costs: Costs | undefined;
  let busCosts: Measured['busCosts'] | undefined;
  try {
    await throughput(mesh.url, film, BUSY, WARM_UP_S);
    for (const clients of CLIENTS) {
      const before = await snapshot(mesh);
      const { perSecond, latencies, refused } = await throughput(mesh.url, film, clients, seconds);
      loads.push({ clients, scoringPods: 2, perSecond, ...quantilesOf(latencies), refused });
      if (clients === BUSY) costs = costsOf(before, await snapshot(mesh), latencies.length);
    }
    busCosts = await measureBusCosts(mesh.natsUrl, mesh.processes('nats-server')[0]!.pid);
  } finally {
    await mesh.stop();
  }
  const { width = 0, height = 0 } = await sharp(film).metadata();
  return {
    about: `the mesh and its clients on ${availableParallelism()} cores that other work shared: npm run bench:service-times`,
    cores: availableParallelism(),
    film: { width, height, bytes: film.byteLength },
    decodeMs,
    ...costs!,
    busCosts: busCosts!,
    loads,
  };
}

async function measureDecode(film: Buffer): Promise<number> {
  const floor = await createFloor();
  const times: number[] = [];
  for (let turn = 0; turn < DECODES; turn++) times.push(await floor.decode(film));
  return quantilesOf(times).p50Ms;
}

const quantilesOf = (milliseconds: number[]) => {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
};

type Snapshot = { coreMs: Record<string, number>; compute: Record<string, number>; bus: Measured['bus'] };

async function snapshot(mesh: Mesh): Promise<Snapshot> {
  const coreMs: Record<string, number> = { client: coreTimeMs([process.pid]) };
  for (const { role, pid } of mesh.processes()) coreMs[role] = (coreMs[role] ?? 0) + coreTimeMs([pid]);
  const text = (await Promise.all(portsOf(mesh).map(metricsAt))).join('\n');
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  const computeOf = (model: string) =>
    sum(new RegExp(`^deepxray_inference_compute_seconds_sum\\{[^}]*"${model}"[^}]*\\} (\\S+)`, 'gm'));
  return {
    coreMs,
    compute: {
      localisation: computeOf('joint-localisation'),
      refinement: computeOf('joint-refinement'),
    },
    bus: {
      bytes: sum(/^deepxray_bus_io_bytes_total\{[^}]*"out"[^}]*\} (\S+)/gm),
      messages: sum(/^deepxray_bus_messages_total\{[^}]*"out"[^}]*\} (\S+)/gm),
    },
  };
}

/** The admin ports of all roles lie side by side. */
const portsOf = (mesh: Mesh): number[] =>
  Array.from({ length: mesh.processes().length }, (_, index) => mesh.port('ADMIN') + index);

const metricsAt = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/metrics`).then(
    (response) => response.text(),
    () => '',
  );

function costsOf(before: Snapshot, after: Snapshot, films: number): Costs {
  const each = (late: number, early: number | undefined) => (late - (early ?? 0)) / films;
  const [localisation, refinement] = (['localisation', 'refinement'] as const).map((model) =>
    each(after.compute[model]!, before.compute[model]),
  ) as [number, number];
  return {
    coreMs: Object.fromEntries(
      Object.entries(after.coreMs).map(([role, ms]) => [role, each(ms, before.coreMs[role])]),
    ),
    localisationShare: localisation / (localisation + refinement),
    bus: {
      bytes: each(after.bus.bytes, before.bus.bytes),
      messages: each(after.bus.messages, before.bus.messages),
    },
  };
}
