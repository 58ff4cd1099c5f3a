/** What the command prints. */
import type { Compared } from './against-measured.ts';
import { busLoad, firstToBreak, handsOf } from './bus-load.ts';
import type { Measured } from './measured.ts';
import type { Aim, Plan } from './plan.ts';
import { requestsOf } from './requests.ts';
import type { scalingOf } from './scaling.ts';
import type { Pods } from './simulation/mesh.ts';

const ROLE_NAMES: Record<keyof Pods, string> = {
  gateway: 'gateway',
  orchestrator: 'orchestrator',
  bodyPart: 'body-part',
  extraction: 'joint-extraction',
  scoring: 'joint-scoring',
  nats: 'nats',
};

/** Core time a radiograph, seconds, of all containers of a role's pods. */
function coreSecondsOf(role: keyof Pods, pods: Pods, { coreMs }: Measured): number {
  const name = ROLE_NAMES[role];
  if (role === 'nats') return (coreMs['nats-server']! * handsOf(pods.nats)) / 1000;
  return (coreMs[name]! + (coreMs[`model-server:${name}`] ?? 0)) / 1000;
}

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...rest] = rows.map(line);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest].join('\n');
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const error = (simulated: number, measured: number): string => {
  const share = Math.round((simulated / measured - 1) * 100);
  return `${share > 0 ? '+' : ''}${share} %`;
};

export function comparison(compared: readonly Compared[]): string {
  const rows = compared.map(({ clients, measured, simulated }) => [
    String(clients),
    ...(['perSecond', 'p50Ms', 'p99Ms'] as const).flatMap((figure) => [
      measured[figure].toFixed(figure === 'perSecond' ? 1 : 0),
      simulated[figure].toFixed(figure === 'perSecond' ? 1 : 0),
      error(simulated[figure], measured[figure]),
    ]),
  ]);
  const head = [
    'clients',
    ...['films/s', 'p50, ms', 'p99, ms'].flatMap((name) => [name, 'simulated', 'error']),
  ];
  return `The simulation on the cores that were measured:\n${table([head, ...rows])}`;
}

export function scalingTable(scaling: ReturnType<typeof scalingOf>): string {
  const [first] = scaling;
  const rows = scaling.map(({ scoring, seen }) => [
    String(scoring),
    seen.perSecond.toFixed(1),
    `× ${(seen.perSecond / first!.seen.perSecond).toFixed(2)}`,
    percent(seen.busy.scoring),
    seen.busyScorers.toFixed(1),
  ]);
  const head = ['scoring pods', 'films/s', '', 'busiest thread', 'refusals a film'];
  return `Throughput with the scoring pods, simulated, each container on cores of its own:\n${table([head, ...rows])}`;
}

export function planTable({ perSecond, p99Ms }: Aim, { pods, seen }: Plan, measured: Measured): string {
  const roles = Object.keys(ROLE_NAMES) as (keyof Pods)[];
  let [cores, memoryMib] = [0, 0];
  const rows = roles.map((role) => {
    const asked = requestsOf(role);
    const count = pods[role];
    // What its pods are busy with, where the manifests ask for less than that.
    const needed = Math.max(count * asked.cores, perSecond * coreSecondsOf(role, pods, measured));
    cores += needed;
    memoryMib += count * asked.memoryMib;
    return [
      ROLE_NAMES[role],
      String(count),
      percent(seen.busy[role]),
      needed.toFixed(1),
      String(count * asked.memoryMib),
    ];
  });
  const all = roles.reduce((sum, role) => sum + pods[role], 0);
  const limits = busLoad(perSecond, pods, measured);
  const nearest = firstToBreak(limits);
  return [
    `${perSecond} radiographs a second, p99 ${Math.round(seen.p99Ms)} ms (aim ${p99Ms}), p50 ${Math.round(seen.p50Ms)} ms:`,
    table([
      ['role', 'pods', 'busiest thread', 'cores', 'memory, MiB'],
      ...rows,
      ['all', String(all), '', cores.toFixed(1), String(memoryMib)],
    ]),
    '',
    table([
      ['NATS', 'asked', 'a limit', 'share'],
      ...limits.map(({ what, asked, most, unit }) => [
        what,
        `${asked.toFixed(2)} ${unit}`,
        `${most.toFixed(1)} ${unit}`,
        percent(asked / most),
      ]),
    ]),
    '',
    `Of NATS, the ${nearest.what} would give way first, with these servers at about ${Math.round((perSecond * nearest.most) / nearest.asked)} radiographs a second.`,
  ].join('\n');
}
