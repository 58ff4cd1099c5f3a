/** Cores and memory that the manifests of the base ask for, a pod of each role. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Pods } from './simulation/mesh.ts';

const BASE = join(import.meta.dirname, '..', 'deploy', 'k8s', 'base');

const MANIFEST: Record<keyof Pods, string> = {
  gateway: 'gateway.yaml',
  orchestrator: 'orchestrator.yaml',
  bodyPart: 'body-part/containers.yaml',
  extraction: 'joint-extraction/containers.yaml',
  scoring: 'joint-scoring/containers.yaml',
  nats: 'nats/nats.yaml',
};

export type Asked = { cores: number; memoryMib: number };

type Container = { resources: { requests: { cpu: string; memory: string } } };
type Workload = {
  kind: string;
  spec: { template: { spec: { containers: Container[]; initContainers?: Container[] } } };
};

export function requestsOf(role: keyof Pods): Asked {
  const documents = parseAllDocuments(readFileSync(join(BASE, MANIFEST[role]), 'utf8'), { merge: true });
  const workload = documents
    .map((document) => document.toJS() as Workload)
    .find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')!;
  const { containers, initContainers = [] } = workload.spec.template.spec;
  const asked = [...containers, ...initContainers].map(({ resources }) => resources.requests);
  return {
    cores: asked.reduce((sum, { cpu }) => sum + coresIn(cpu), 0),
    memoryMib: asked.reduce((sum, { memory }) => sum + Number.parseInt(memory, 10), 0),
  };
}

/** `250m` and `1` are what the manifests write. */
const coresIn = (cpu: string): number => (cpu.endsWith('m') ? Number.parseInt(cpu, 10) / 1000 : Number(cpu));
