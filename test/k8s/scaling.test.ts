/**
 * The autoscalers of the components, under load: gateways and orchestrators by CPU from metrics-server, scoring pods by
 * the crops in their hands from a real Prometheus and prometheus-adapter. Minutes long, and two programs to be built: on
 * request, DEEPXRAY_K8S_SCALE=1, where the nodes have the image `localhost/test-metrics:dev` (`.ci/k8s` makes it).
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { syntheticHand } from '../harness/hands.ts';
import { type Known, learn, startLoad } from '../harness/steady-load.ts';
import { inNamespace, kubectl } from './harness/kubectl.ts';
import { gatewayUrl, install, ROOT, until } from './harness/mesh-on-cluster.ts';

const SCALED = ['gateway', 'orchestrator', 'joint-scoring'] as const;
type Scaled = (typeof SCALED)[number];
/** Enough at once that scorers are never idle. */
const CLIENTS = 12;
/** With all the pods, so that their throughput shows. */
const MORE_FILMS = 60;
const SCALES_WITHIN_MS = 240_000;
const METRICS = join(ROOT, 'test/k8s/metrics/metrics.yaml');

type Autoscaler = {
  metadata: { name: Scaled };
  status: { currentReplicas?: number; desiredReplicas: number; currentMetrics?: Metric[] | null };
};
type Metric = {
  containerResource?: { current: { averageUtilization?: number } };
  pods?: { current: { averageValue: string } };
};

const wanted = inject('cluster') && process.env.DEEPXRAY_K8S_SCALE === '1';
describe.skipIf(!wanted)('by itself', () => {
  let url: string;
  let known: Known[];
  const timeline: Record<string, string | number>[] = [];
  const began = performance.now();
  let total = 0;
  let rowed = { at: began, answered: 0 };

  beforeAll(async () => {
    await install('test/k8s/scaling', async () => {
      await kubectl(['apply', '--server-side', '--filename', METRICS]);
      await kubectl(['apply', '--server-side', '--filename=-'], await rulesOfTheDocs());
      const policy = join(ROOT, 'deploy/k8s/components/monitoring/network-policy.yaml');
      await kubectl(['apply', '--server-side', '--filename', policy]);
    });
    url = await gatewayUrl();
    known = await learn({ url }, await Promise.all([1, 2].map((seed) => syntheticHand(seed))));
    await until('every autoscaler reads its figure', async () =>
      (await autoscalers()).every((one) => figureOf(one) !== undefined),
    );
  });
  afterAll(async () => {
    console.log(
      'Pods as the autoscalers had them, and what they looked at: CPU as a share of the request, crops in hand',
    );
    console.table(timeline);
    await kubectl(['delete', '--ignore-not-found', '--filename', METRICS]);
  });

  test(
    'pods of each role that is short of something join under load, and no answer is wrong',
    async () => {
      const load = startLoad({ url }, known, { clients: CLIENTS, waitS: 30, graceMs: 5000 });
      try {
        await look(load.tally.answered, true);
        await until(
          'more of each than at first',
          async () => (await look(load.tally.answered)).every((pods) => pods > 2),
          SCALES_WITHIN_MS,
        );
        const before = load.tally.answered;
        await until('films with all of them', async () => load.tally.answered >= before + MORE_FILMS);
        total = load.tally.answered;
        await look(total, true);
      } finally {
        await load.stop();
        console.log('of the load:', JSON.stringify(load.tally), ...load.complaints);
      }
      const { wrong, hung, cut, partial } = load.tally;
      expect({ wrong, hung, cut, partial }).toEqual({ wrong: 0, hung: 0, cut: 0, partial: 0 });
    },
    SCALES_WITHIN_MS + 60_000,
  );

  test(
    'they leave again when the load is over',
    async () => {
      await until(
        'as few of each as at first',
        async () => (await look(total)).every((pods) => pods === 2),
        SCALES_WITHIN_MS,
      );
    },
    SCALES_WITHIN_MS + 10_000,
  );

  /** Notes what has changed, or in any case; films a second are those since the row before. */
  async function look(answered: number, always = false): Promise<number[]> {
    const all = await autoscalers();
    const row = Object.fromEntries(
      all.flatMap((one) => [
        [one.metadata.name, podsOf(one)],
        [`figure of ${one.metadata.name}`, figureOf(one) ?? '?'],
      ]),
    );
    const last = timeline.at(-1);
    if (always || !last || SCALED.some((name) => last[name] !== row[name])) {
      const at = performance.now();
      const rate = ((answered - rowed.answered) * 1000) / (at - rowed.at);
      timeline.push({ s: Math.round((at - began) / 1000), ...row, 'films/s until then': rate.toFixed(1) });
      rowed = { at, answered };
    }
    return all.map(podsOf);
  }
});

const podsOf = ({ status }: Autoscaler): number => status.currentReplicas ?? 0;

async function autoscalers(): Promise<Autoscaler[]> {
  const list = await inNamespace(['get', 'horizontalpodautoscalers', '--output=json']);
  const { items } = JSON.parse(list) as { items: Autoscaler[] };
  return items.filter(({ metadata }) => SCALED.includes(metadata.name));
}

/** For the adapter, word by word as docs/operations.md gives them. */
async function rulesOfTheDocs(): Promise<string> {
  const docs = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
  const rules = /```yaml\n(rules:\n[^`]*)```/.exec(docs)?.[1];
  if (!rules) throw new Error('docs/operations.md has no rules for the adapter');
  const metadata = { name: 'adapter', namespace: 'monitoring' };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'rules.yaml': rules } });
}

function figureOf({ status }: Autoscaler): string | undefined {
  const [metric] = status.currentMetrics ?? [];
  const share = metric?.containerResource?.current.averageUtilization;
  return share === undefined ? metric?.pods?.current.averageValue : `${share} %`;
}
