/**
 * `npm run bench:security`: what security costs. Two meshes side by side, one open, one with certificates, tokens and an
 * audit; they take turns under the same load, so that a noisy machine is noisy to both.
 */
import { parseArgs } from 'node:util';
import { type Mesh, startMesh } from '../../test/harness/mesh.ts';
import { startSecuredMesh } from '../../test/harness/secured-mesh.ts';
import { rate, scoreJson } from '../mesh/clients.ts';
import { coreTimeMs } from '../mesh/process-costs.ts';
import { sampleHand } from '../mesh/sample-hand.ts';

const CLIENTS = 8;
const WARM_UP_S = 8;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, seconds: { type: 'string', default: '8' } },
});
const film = await sampleHand();
const open = await startMesh({ scoringPods: 1 });
const secured = await startSecuredMesh();
const headers = { authorization: `Bearer ${await secured.provider.token()}` };

type Side = { name: string; mesh: Mesh; ask(): Promise<number> };
const sides: readonly [Side, Side] = [
  { name: 'open', mesh: open, ask: () => scoreJson(open.url, film) },
  { name: 'secured', mesh: secured.mesh, ask: () => scoreJson(secured.mesh.url, film, headers) },
];

const underLoad = async ({ mesh, ask }: Side, seconds: number) => {
  const pids = mesh.processes().map(({ pid }) => pid);
  const before = coreTimeMs(pids);
  const { perSecond, latencies, refused } = await rate(ask, CLIENTS, seconds);
  return { perSecond, refused, coreMs: (coreTimeMs(pids) - before) / latencies.length };
};
for (const side of sides) await underLoad(side, WARM_UP_S);

const alone = new Map(sides.map(({ name }) => [name, [] as number[]]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, ask } of sides) alone.get(name)!.push(await ask());
}
const loaded = new Map(sides.map(({ name }) => [name, [] as Awaited<ReturnType<typeof underLoad>>[]]));
// Who goes first changes: other work of the machine favours neither.
for (const order of [sides, [...sides].reverse(), sides, [...sides].reverse()]) {
  for (const side of order) loaded.get(side.name)!.push(await underLoad(side, Number(values.seconds)));
}
await open.stop();
await secured.stop();

const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
const row = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(1) : cell).padStart(14)).join(''));
row(['', '1: p50 ms', '1: p95 ms', `${CLIENTS}: films/s`, `${CLIENTS}: core ms`, 'refused']);
for (const { name } of sides) {
  const latencies = alone.get(name)!.sort((one, other) => one - other);
  const loads = loaded.get(name)!;
  row([
    name,
    latencies[Math.floor(latencies.length / 2)]!,
    latencies[Math.floor(latencies.length * 0.95)]!,
    mean(loads.map(({ perSecond }) => perSecond)),
    mean(loads.map(({ coreMs }) => coreMs)),
    String(loads.reduce((sum, { refused }) => sum + refused, 0)),
  ]);
}
process.exit(0);
