/** The cluster that KUBECONFIG points to, by its own client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { waitUntil } from '../../harness/wait-until.ts';

/** The overlays name it. */
export const NAMESPACE = 'deepxray';

const WITHIN_MS = 120_000;

/** What it printed; `input` is its standard input, for `-f -`. */
export const kubectl = (args: readonly string[], input = ''): Promise<string> => run('kubectl', args, input);

/** Throws with what the program complained of. */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { timeout: WITHIN_MS });
  child.stdin.on('error', () => undefined).end(input);
  const [out, complaint, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${complaint.trim() || out.trim()}`);
  }
  return out;
}

/** In the namespace of the tests. */
export const inNamespace = (args: readonly string[], input = ''): Promise<string> =>
  kubectl(['--namespace', NAMESPACE, ...args], input);

export type ContainerStatus = {
  name: string;
  ready: boolean;
  restartCount: number;
  state: { running?: { startedAt: string }; waiting?: { reason: string } };
};

export type Container = { name: string; resources: { requests: { memory: string } } };

export type Pod = {
  metadata: { name: string; uid: string; deletionTimestamp?: string; labels: Record<string, string> };
  spec: { nodeName: string; containers: Container[]; initContainers?: Container[] };
  status: {
    startTime?: string;
    conditions?: { type: string; status: string; lastTransitionTime: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

/** Those of a role, or all; also those that are on their way out. */
export async function pods(component?: string): Promise<Pod[]> {
  const selector = component === undefined ? '' : `=${component}`;
  const list = await inNamespace([
    'get',
    'pods',
    '--output=json',
    `--selector=app.kubernetes.io/component${selector}`,
  ]);
  return (JSON.parse(list) as { items: Pod[] }).items;
}

export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

export const statusesOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];

/** As a drained node does it: the pod goes only if its disruption budget allows. */
export async function evict({ metadata: { name } }: Pod): Promise<void> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
  await kubectl(['create', '--raw', path, '--filename=-'], JSON.stringify(eviction));
}

/**
 * Ends a container's process without a drain. From inside a container no signal kills its first process, and
 * the images have no shell: the process is told to, through Node's inspector. An exit would wait for its threads.
 */
const CRASH = `
  process.kill(1, 'SIGUSR1');
  const end = Date.now() + 10_000;
  const look = async () => {
    try {
      const [target] = await (await fetch('http://127.0.0.1:9229/json')).json();
      const socket = new WebSocket(target.webSocketDebuggerUrl);
      const expression = 'process.abort()';
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
      socket.onclose = socket.onerror = () => process.exit(0);
    } catch (error) {
      if (Date.now() > end) throw error;
      setTimeout(look, 50);
    }
  };
  look();
`;

/** As a kill -9, or the kernel's when memory runs out; resolves once it was started again. */
export const crash = (pod: Pod, container: string): Promise<void> => end(pod, container, CRASH);

/** As the kubelet stops a container; resolves once it was started again. */
export const terminate = (pod: Pod, container: string): Promise<void> =>
  end(pod, container, `process.kill(1, 'SIGTERM');`);

async function end(pod: Pod, container: string, script: string): Promise<void> {
  const { name } = pod.metadata;
  const restarts = async () => {
    const now = JSON.parse(await inNamespace(['get', 'pod', name, '--output=json'])) as Pod;
    return statusesOf(now).find((status) => status.name === container)!.restartCount;
  };
  const before = await restarts();
  const program = ['/usr/local/bin/node', '--eval', script];
  // It ends with the container that it runs in, which is no success to kubectl.
  const said = await inNamespace(['exec', name, `--container=${container}`, '--', ...program]).catch(String);
  const explain = () => said;
  await waitUntil('it was started again', async () => (await restarts()) > before, {
    within: 60_000,
    explain,
  });
}
