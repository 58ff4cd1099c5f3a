/**
 * `overlays/test` under a steady load while its parts are upgraded, deleted, killed, evicted and scaled: no
 * request is lost and none is wrong. A gateway that is killed is struck always; the rest is some minutes long, and on
 * request: DEEPXRAY_K8S_DISTURB=1. One disturbance strikes every role at once; DEEPXRAY_K8S_EACH=1 strikes one role
 * after the other.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { syntheticHand } from '../harness/hands.ts';
import { type Known, learn } from '../harness/steady-load.ts';
import { crash, evict, inNamespace, isReady, kubectl, type Pod, pods, terminate } from './harness/kubectl.ts';
import { gatewayUrl, install, until, whole } from './harness/mesh-on-cluster.ts';
import type { Tally } from './harness/steady-clients.ts';
import { underLoad } from './harness/under-load.ts';

const DEPLOYMENTS = ['gateway', 'orchestrator', 'body-part', 'joint-extraction', 'joint-scoring'];
const ROLES = [...DEPLOYMENTS, 'nats'];
const GATEWAY = ['gateway', 'gateway'] as const;
/** But the gateway's: its connections break with it, which is a case of its own. */
const CONTAINERS: (readonly [role: string, container: string])[] = [
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

const tallies: Record<string, Tally> = {};

const wanted = process.env.DEEPXRAY_K8S_DISTURB === '1';
describe.skipIf(!inject('cluster'))('under a steady load no request is lost and none is wrong while', () => {
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

  test('a gateway dies at once, but what was in its hands, which is scored when it is asked once more', async () => {
    const name = 'killed: gateway';
    // So many that it has some of them.
    const tally = await underLoad({ url, known, name, atOnce: 8 }, async () => {
      await crash(await one('gateway'), 'gateway');
    });
    tallies[name] = tally;
    expect(tally.cut).toBeGreaterThan(0);
    expect({ lost: tally.lost, wrong: tally.wrong }).toEqual({ lost: 0, wrong: 0 });
  });

  for (const roles of oneByOne(DEPLOYMENTS)) {
    test.runIf(wanted)(`${named(roles)} restarts by rollout`, async () => {
      await under(`rollout of ${named(roles)}`, async () => {
        await inNamespace(['rollout', 'restart', 'deployment', ...roles]);
      });
    });
  }

  for (const roles of oneByOne(ROLES)) {
    test.runIf(wanted)(`a pod of ${named(roles)} is deleted`, async () => {
      await under(`a pod deleted: ${named(roles)}`, async () => {
        const names = await Promise.all(roles.map(async (role) => (await one(role)).metadata.name));
        await inNamespace(['delete', 'pods', '--wait=false', ...names]);
      });
    });
  }

  for (const [role, container] of EACH ? CONTAINERS : CONTAINERS.slice(-1)) {
    test.runIf(wanted)(`${role}: its ${container} dies at once`, async () => {
      await under(`killed: ${role}, ${container}`, async () => {
        await crash(await one(role), container);
      });
    });
  }

  for (const [role, container] of EACH ? [GATEWAY, ...CONTAINERS] : [GATEWAY]) {
    test.runIf(wanted)(`${role}: its ${container} is told to stop, and started again`, async () => {
      await under(`told to stop: ${role}, ${container}`, async () => {
        await terminate(await one(role), container);
      });
    });
  }

  test.runIf(wanted)('a pod of every role is evicted, as from a node that is emptied', async () => {
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

  test.runIf(wanted)('the servers of the bus restart one after the other', async () => {
    await under('rollout of nats', async () => {
      await inNamespace(['rollout', 'restart', 'statefulset', 'nats']);
    });
  });

  test.runIf(wanted)('scoring goes from 1 pod to 3 and back', async () => {
    await scale(1);
    await whole();
    await under('scoring 1 → 3 → 1', async () => {
      await scale(3);
      await whole();
      await scale(1);
    });
  });

  async function under(name: string, disturb: () => Promise<void>): Promise<void> {
    tallies[name] = await underLoad({ url, known, name }, disturb);
    const { cut, lost, wrong } = tallies[name];
    expect({ cut, lost, wrong }).toEqual({ cut: 0, lost: 0, wrong: 0 });
  }
});

async function one(role: string): Promise<Pod> {
  const found = (await pods(role)).find(isReady);
  if (!found) throw new Error(`no pod of ${role} is ready`);
  return found;
}

const scale = (replicas: number): Promise<string> =>
  inNamespace(['scale', 'deployment', 'joint-scoring', `--replicas=${replicas}`]);
