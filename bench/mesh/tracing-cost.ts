/**
 * What tracing costs: two meshes side by side, one with every request traced and sent to a collector's
 * endpoint, one without; they take turns under the same load, so that a noisy machine is noisy to both.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Mesh, startMesh } from '../../test/harness/mesh.ts';
import { throughput } from './clients.ts';
import { coreTimeMs } from './process-costs.ts';

const CLIENTS = 8;
const TURNS = 5;
/** Until what spans are made with is compiled. */
const WARM_UP_S = 10;

export type TracingCost = {
  /** Radiographs a second, and milliseconds of core time for each, of the mesh's own processes. */
  off: { perSecond: number; coreMs: number };
  on: { perSecond: number; coreMs: number };
  /** Share of throughput that tracing takes, over the turns. */
  lost: Spread;
  /** Share of core time that it adds. */
  added: Spread;
};

export type Spread = { median: number; least: number; most: number };

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]!, most: sorted.at(-1)! };
}

/** Takes the exports and throws them away: a collector's own work is not the mesh's. A silent one never answers. */
async function startSink(isSilent: boolean): Promise<{ endpoint: string; stop(): void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => isSilent || response.writeHead(200).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function measureTracingCost(
  film: Uint8Array,
  seconds: number,
  { toSilence = false } = {},
): Promise<TracingCost> {
  const sink = await startSink(toSilence);
  const off = await startMesh();
  const on = await startMesh({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.endpoint}/v1/traces` } });
  const turn = async (mesh: Mesh, forS: number) => {
    const pids = mesh.processes().map(({ pid }) => pid);
    const before = coreTimeMs(pids);
    const { perSecond, latencies } = await throughput(mesh.url, film, CLIENTS, forS);
    return { perSecond, coreMs: (coreTimeMs(pids) - before) / latencies.length };
  };
  await turn(off, WARM_UP_S);
  await turn(on, WARM_UP_S);
  const turns: { off: TracingCost['off']; on: TracingCost['on'] }[] = [];
  for (let index = 0; index < TURNS; index++) {
    // Who goes first changes: heat and other work of the machine favour neither.
    const first = index % 2 === 0 ? await turn(off, seconds) : await turn(on, seconds);
    const second = index % 2 === 0 ? await turn(on, seconds) : await turn(off, seconds);
    turns.push(index % 2 === 0 ? { off: first, on: second } : { off: second, on: first });
  }
  await on.stop();
  await off.stop();
  sink.stop();
  const mean = (which: 'off' | 'on', figure: 'perSecond' | 'coreMs') =>
    turns.reduce((sum, one) => sum + one[which][figure], 0) / turns.length;
  return {
    off: { perSecond: mean('off', 'perSecond'), coreMs: mean('off', 'coreMs') },
    on: { perSecond: mean('on', 'perSecond'), coreMs: mean('on', 'coreMs') },
    lost: spreadOf(turns.map((one) => 1 - one.on.perSecond / one.off.perSecond)),
    added: spreadOf(turns.map((one) => one.on.coreMs / one.off.coreMs - 1)),
  };
}
