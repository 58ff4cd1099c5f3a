/** `npm run bench`: what the mesh costs above the floor, measured side by side in one run. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startMesh } from '../../test/harness/mesh.ts';
import { firstJointEvent, hangUpAtFirstEvent, rate, scoreJson, throughput } from './clients.ts';
import { createFloor } from './floor.ts';
import { measureHops } from './hops.ts';
import { coreTimeMs, memoryMiB, untilIdle } from './process-costs.ts';
import { filmToScore } from './sample-hand.ts';
import { tracingRows } from './tracing-rows.ts';

const HELP = `npm run bench -- [--film FILE] [--rounds N] [--seconds N]

  --film FILE   a radiograph of a left hand; a synthetic one if absent
  --rounds N    times that floor and mesh take turns (default 40)
  --seconds N   of each load (default 15)

Latencies are of one client; floor and mesh take turns, so that a noisy machine is noisy to both.`;

const { values } = parseArgs({
  options: {
    film: { type: 'string' },
    rounds: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '15' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
// As the model server does: this process loads onnxruntime too.
process.env.ORT_DISABLE_TELEMETRY = '1';

const film = await filmToScore(values.film);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
/** Until the compilers of all processes have seen enough; the floor has as much. */
const WARM_UP = 40;
/** Clients that keep all cores busy. */
const SATURATED = 16;

const floor = await createFloor();
const starting = performance.now();
const mesh = await startMesh();
const startedMs = performance.now() - starting;
const pids = () => mesh.processes().map(({ pid }) => pid);

const times = { decode: [], floorFirst: [], floor: [], mesh: [], meshFirst: [] } as Record<string, number[]>;
let floorCoreMs = 0;
let meshCoreMs = 0;
let hungUpCoreMs = 0;
/** Core time of the whole mesh for what one client does, with what is left to do once it has its answer or is gone. */
const meshCoreOf = async (work: () => Promise<unknown>) => {
  const before = coreTimeMs(pids());
  await work();
  await untilIdle(pids());
  return coreTimeMs(pids()) - before;
};
for (let round = -WARM_UP; round < rounds; round++) {
  const decode = await floor.decode(film);
  const floorFirst = await floor.firstJoint(film);
  const floorCoreBefore = process.cpuUsage();
  const all = await floor.all(film);
  const floorCore = process.cpuUsage(floorCoreBefore);
  let json = 0;
  const meshCore = await meshCoreOf(async () => {
    json = await scoreJson(mesh.url, film);
  });
  const hungUpCore = await meshCoreOf(() => hangUpAtFirstEvent(mesh.url, film));
  const first = await firstJointEvent(mesh.url, film);
  if (round < 0) continue;
  times.decode!.push(decode);
  times.floorFirst!.push(floorFirst);
  times.floor!.push(all);
  times.mesh!.push(json);
  times.meshFirst!.push(first);
  floorCoreMs += (floorCore.user + floorCore.system) / 1000 / rounds;
  meshCoreMs += meshCore / rounds;
  hungUpCoreMs += hungUpCore / rounds;
}
// The floor may use all cores: its models run in threads, so as many films at once as there are cores, and one more.
const floorRate = await rate(() => floor.all(film), availableParallelism() + 1, seconds);
const loads = [];
for (const clients of [1, 2, 8, SATURATED])
  loads.push({ clients, ...(await throughput(mesh.url, film, clients, seconds)) });
const memory = mesh.processes().map(({ role, pid }) => ({ role, miB: memoryMiB(pid) }));
await mesh.stop();
const onePod = await startMesh({ scoringPods: 1 });
const withOnePod = await throughput(onePod.url, film, SATURATED, seconds);
await onePod.stop();
const hops = await measureHops(film, rounds);

const quantile = (list: readonly number[], share: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))]!;
const p50 = (name: string) => quantile(times[name]!, 0.5);
const row = (name: string, ...cells: (string | number)[]) =>
  console.log(
    name.padEnd(44) +
      cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell).padStart(10)).join(''),
  );

row('one client', 'p50 ms', 'p99 ms', '× decode', '× floor');
for (const [name, key] of [
  ['decode alone', 'decode'],
  ['floor, first joint', 'floorFirst'],
  ['floor, all ten', 'floor'],
  ['mesh, first joint (SSE)', 'meshFirst'],
  ['mesh, all ten (JSON)', 'mesh'],
] as const) {
  const cells = [p50(key), quantile(times[key]!, 0.99), (p50(key) / p50('decode')).toFixed(2)];
  row(name, ...cells, (p50(key) / p50('floor')).toFixed(2));
}
console.log();
row('above the floor', '', '× decode', 'aim');
row('p50', '', ((p50('mesh') - p50('floor')) / p50('decode')).toFixed(2), '≤ 1, 0.5');
row('first joint', '', ((p50('meshFirst') - p50('floorFirst')) / p50('decode')).toFixed(2), '≤ 0.5');
row('core time', '', ((meshCoreMs - floorCoreMs) / p50('decode')).toFixed(2), '≤ 1');
console.log();
row('core time a radiograph, ms', 'floor', 'mesh', 'hung up');
row('', floorCoreMs, meshCoreMs, hungUpCoreMs);
console.log();
const memoryInAll = memory.reduce((sum, { miB }) => sum + miB, 0);
row('as other serving systems have it', '', 'here', 'aim');
row('p50, × floor', '', (p50('mesh') / p50('floor')).toFixed(2), '≤ 1.1');
row(
  'throughput, × floor on all cores',
  '',
  (loads.at(-1)!.perSecond / floorRate.perSecond).toFixed(2),
  '≥ 0.9',
);
row('work for who hangs up once the hand is known', '', (hungUpCoreMs / meshCoreMs).toFixed(2), '≤ 0.3');
row('memory in all, MiB', '', memoryInAll.toFixed(0), '≤ 600');
console.log();
row('load', 'films/s', 'p50 ms', 'p99 ms', 'refused');
for (const { clients, perSecond, latencies, refused } of loads) {
  row(`${clients} clients`, perSecond, quantile(latencies, 0.5), quantile(latencies, 0.99), String(refused));
}
row(
  `${SATURATED} clients, one scoring pod`,
  withOnePod.perSecond,
  quantile(withOnePod.latencies, 0.5),
  quantile(withOnePod.latencies, 0.99),
  String(withOnePod.refused),
);
row(
  'floor, all cores',
  floorRate.perSecond,
  quantile(floorRate.latencies, 0.5),
  quantile(floorRate.latencies, 0.99),
  '',
);
console.log();
row('hop by hop, one client, tracing on', 'spans', 'from ms', 'to ms', 'each ms');
for (const { service, name, count, from, to, each } of hops)
  row(`${service}: ${name}`.slice(0, 72).padEnd(72), String(count), from, to, each);
console.log();
row('memory (PSS), MiB', memoryInAll);
for (const { role, miB } of memory) row(`  ${role}`, miB);
row('start to ready, ms', startedMs);
console.log();
for (const line of await tracingRows(film)) console.log(line);
process.exit(0);
