/**
 * `overlays/test` under a steady load while its parts are upgraded, deleted, killed, evicted and scaled: no
 * request is lost and none is wrong. Some minutes long: on request, DEEPXRAY_K8S_DISTURB=1. One disturbance
 * strikes every role at once; DEEPXRAY_K8S_EACH=1 strikes one role after the other.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { syntheticHand } from '../harness/hands.ts';
import { type Known, learn } from '../harness/steady-load.ts';
import { crash, evict, inNamespace, isReady, kubectl, type Pod, pods } from './harness/kubectl.ts';
import { gatewayUrl, install, until, whole } from './harness/mesh-on-cluster.ts';
import { startClients, type Tally } from './harness/steady-clients.ts';

const DEPLOYMENTS = ['gateway', 'orchestrator', 'body-part', 'joint-extraction', 'joint-scoring'];
const ROLES = [...DEPLOYMENTS, 'nats'];
const CONTAINERS: [role: string, container: string][] = [
  ['gateway', 'gateway'],
  ['orchestrator', 'orchestrator'],
  ['body-part', 'sidecar'],
  ['body-part', 'model-server'],
  ['joint-extraction', 'sidecar'],
  ['joint-extraction', 'model-server'],
  ['joint-scoring', 'sidecar'],
  ['joint-scoring', 'model-server'],
];

const EACH = process.env.DEEPXRAY_K8S_EACH === '1';
const oneByOne = <T>(all: T[]): T[][] => (EACH ? all.map((one) => [one]) : [all]);
const named = (struck: unknown[]): string => (struck.length === 1 ? String(struck[0]) : 'every role');

/** Answers before a disturbance, and after it. */
const BEFORE = 3;
const AFTER = 6;

const tallies: Record<string, Tally> = {};

const wanted = inject('cluster') && process.env.DEEPXRAY_K8S_DISTURB === '1';
describe.skipIf(!wanted)('under a steady load no request is lost and none is wrong while', () => {
  let url: string;
  let known: Known[];
  beforeAll(async () => {
    await install('deploy/k8s/overlays/test');
    url = await gatewayUrl();
    known = await learn({ url }, await Promise.all([1, 2, 3, 4].map((seed) => syntheticHand(seed))));
  });
  afterAll(() => {
    console.log('Requests during each disturbance');
    console.table(tallies);
  });

  for (const roles of oneByOne(DEPLOYMENTS)) {
    test(`${named(roles)} restarts by rollout`, async () => {
      await under(`rollout of ${named(roles)}`, async () => {
        await inNamespace(['rollout', 'restart', 'deployment', ...roles]);
      });
    });
  }

  for (const roles of oneByOne(ROLES)) {
    test(`a pod of ${named(roles)} is deleted`, async () => {
      await under(`a pod deleted: ${named(roles)}`, async () => {
        const names = await Promise.all(roles.map(async (role) => (await one(role)).metadata.name));
        await inNamespace(['delete', 'pods', '--wait=false', ...names]);
      });
    });
  }

  test.each(EACH ? CONTAINERS : CONTAINERS.slice(-1))('%s: its %s dies at once', async (role, container) => {
    await under(`killed: ${role}, ${container}`, async () => {
      await crash(await one(role), container);
    });
  });

  test('a pod of every role is evicted, as from a node that is emptied', async () => {
    await under('evicted: every role', async () => {
      const leaving = await Promise.all(ROLES.map(one));
      const node = leaving[0]!.spec.nodeName;
      await kubectl(['cordon', node]);
      try {
        await Promise.all(leaving.map(evict));
        await until('they are gone', async () => {
          const left = new Set((await pods()).map(({ metadata }) => metadata.uid));
          return leaving.every(({ metadata }) => !left.has(metadata.uid));
        });
      } finally {
        await kubectl(['uncordon', node]);
      }
    });
  });

  test('the servers of the bus restart one after the other', async () => {
    await under('rollout of nats', async () => {
      await inNamespace(['rollout', 'restart', 'statefulset', 'nats']);
    });
  });

  test('scoring goes from 1 pod to 3 and back', async () => {
    await scale(1);
    await whole();
    await under('scoring 1 → 3 → 1', async () => {
      await scale(3);
      await whole();
      await scale(1);
    });
  });

  /** Requests are under way, then the disturbance, until every pod is there again, then more requests. */
  async function under(name: string, disturb: () => Promise<void>): Promise<void> {
    const clients = startClients(url, known);
    const ended = () => clients.tally.answered + clients.tally.retried + clients.tally.lost;
    const more = (requests: number) => {
      const before = ended();
      return until(`${requests} requests more`, async () => ended() >= before + requests);
    };
    try {
      await more(BEFORE);
      await disturb();
      await whole();
      await more(AFTER);
    } finally {
      tallies[name] = await clients.stop();
      console.log(name, JSON.stringify(tallies[name]));
    }
    const { lost, wrong } = clients.tally;
    expect({ lost, wrong, complaints: clients.complaints }).toEqual({ lost: 0, wrong: 0, complaints: [] });
  }
});

async function one(role: string): Promise<Pod> {
  const found = (await pods(role)).find(isReady);
  if (!found) throw new Error(`no pod of ${role} is ready`);
  return found;
}

const scale = (replicas: number): Promise<string> =>
  inNamespace(['scale', 'deployment', 'joint-scoring', `--replicas=${replicas}`]);
