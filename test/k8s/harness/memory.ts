/** Memory of each container, as the kubelet counts it and as its manifest asks for it. */
import { kubectl, NAMESPACE, type Pod, pods } from './kubectl.ts';

export type Memory = { component: string; container: string; pod: Pod; takenMib: number; askedMib: number };

type Summary = {
  pods: {
    podRef: { name: string; namespace: string };
    containers?: { name: string; memory?: { workingSetBytes?: number } }[];
  }[];
};

/** Of the mesh's pods; those that the kubelet has not measured yet are left out. */
export async function measureMemory(): Promise<Memory[]> {
  const summaries = await Promise.all((await nodes()).map(summaryOf));
  const measured = summaries.flatMap((summary) => summary.pods);
  const ofMesh = (await pods()).filter(({ metadata }) => metadata.labels['app.kubernetes.io/name']);
  return ofMesh.flatMap((pod) => {
    const { podRef, containers = [] } =
      measured.find(({ podRef }) => podRef.namespace === NAMESPACE && podRef.name === pod.metadata.name) ??
      {};
    if (!podRef) return [];
    return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].flatMap(({ name, resources }) => {
      const bytes = containers.find((one) => one.name === name)?.memory?.workingSetBytes;
      if (bytes === undefined) return [];
      const component = pod.metadata.labels['app.kubernetes.io/component']!;
      const askedMib = Number(/^(\d+)Mi$/.exec(resources.requests.memory)?.[1]);
      return [{ component, container: name, pod, takenMib: Math.round(bytes / 1024 ** 2), askedMib }];
    });
  });
}

async function nodes(): Promise<string[]> {
  const list = await kubectl(['get', 'nodes', '--output=json']);
  return (JSON.parse(list) as { items: Pod[] }).items.map(({ metadata }) => metadata.name);
}

const summaryOf = async (node: string): Promise<Summary> =>
  JSON.parse(await kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])) as Summary;
