/** The mesh in a cluster, with verbs: install an overlay, wait until it is whole, find its gateway. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { join } from 'node:path';
import { waitUntil } from '../../harness/wait-until.ts';
import { inNamespace, isReady, kubectl, NAMESPACE, pods, statusesOf } from './kubectl.ts';

export const ROOT = join(import.meta.dirname, '../../..');
const READY_WITHIN_MS = 150_000;

/** What the kinds of objects are that an overlay puts into the namespace. */
const KINDS =
  'horizontalpodautoscalers,deployments,statefulsets,services,configmaps,secrets,networkpolicies,poddisruptionbudgets';

/** Applies a kustomization (a folder below the project's root) to an empty namespace; resolves once it would score. */
export async function install(folder: string, prepare?: () => Promise<unknown>): Promise<void> {
  await empty();
  await prepare?.();
  await apply(folder);
  await whole();
  const url = await gatewayUrl();
  await until('a radiograph would be scored, whichever gateway is asked', async () => {
    for (let turn = 0; turn < ASKED_IN_A_ROW; turn++) if (!(await isReadyAt(url))) return false;
    return true;
  });
}

/** Each by a connection of its own, which the Service gives to a gateway at random: one of two is left out once in 2¹¹. */
const ASKED_IN_A_ROW = 12;

async function isReadyAt(url: string): Promise<boolean> {
  const ask = url.startsWith('https:') ? getOverTls : get;
  const [answer] = (await once(ask(`${url}/readyz`, { agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode === 200;
}

export const apply = (folder: string): Promise<string> =>
  kubectl(['apply', '--server-side', '--force-conflicts', '--kustomize', join(ROOT, folder)]);

async function empty(): Promise<void> {
  await inNamespace(['delete', KINDS, '--all', '--ignore-not-found', '--wait=false']);
  await inNamespace(['delete', 'pods', '--all', '--grace-period=0', '--force', '--ignore-not-found']);
  await until('the namespace is empty', async () => (await pods()).length === 0);
}

/** As many pods as wanted of each role, all ready, of the newest template, and none on its way out. */
export async function whole(): Promise<void> {
  await until('every pod is there', async () => {
    const workloads = await inNamespace(['get', 'deployments,statefulsets', '--output=json']);
    const { items } = JSON.parse(workloads) as { items: Workload[] };
    const wanted = items.reduce((sum, { spec }) => sum + spec.replicas, 0);
    const there = (await pods()).filter(isOfMesh);
    return (
      items.every(
        ({ metadata, spec, status }) =>
          status.observedGeneration === metadata.generation &&
          (status.updatedReplicas ?? 0) === spec.replicas &&
          (status.readyReplicas ?? 0) === spec.replicas,
      ) &&
      there.length === wanted &&
      there.every(isReady)
    );
  });
}

type Workload = {
  metadata: { generation: number };
  spec: { replicas: number };
  status: { observedGeneration: number; updatedReplicas?: number; readyReplicas?: number };
};

const isOfMesh = ({ metadata }: { metadata: { labels: Record<string, string> } }): boolean =>
  metadata.labels['app.kubernetes.io/name'] === 'deepxray';

/** The Service's own address: the tests run where it can be reached, as on a node. */
export async function gatewayUrl(): Promise<string> {
  const given = process.env.DEEPXRAY_GATEWAY_URL;
  if (given) return given;
  const path = 'jsonpath={.spec.ports[0].name}://{.spec.clusterIP}';
  return inNamespace(['get', 'service', 'gateway', `--output=${path}`]);
}

/** Looks again and again; what the pods are at is told where it fails. */
export function until(what: string, look: () => Promise<boolean>, within = READY_WITHIN_MS): Promise<true> {
  return waitUntil(what, look, { within }).catch(async (thrown: Error) => {
    throw new Error(`${thrown.message}\n${await state()}`);
  });
}

async function state(): Promise<string> {
  const lines = (await pods()).map((pod) => {
    const containers = statusesOf(pod).map(
      ({ name, ready, restartCount, state }) =>
        `${name} ${ready ? 'ready' : (state.waiting?.reason ?? 'not ready')}, ${restartCount} restarts`,
    );
    return `  ${pod.metadata.name}${pod.metadata.deletionTimestamp ? ' (ending)' : ''}: ${containers.join('; ')}`;
  });
  return [`pods of ${NAMESPACE}:`, ...lines].join('\n');
}
