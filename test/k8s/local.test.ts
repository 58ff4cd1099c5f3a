/** `overlays/local` in an empty namespace: ready, scoring, traced, and deaf to a release that does not work. */
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { JOINT_NAMES } from '../../platform/domain/joints.ts';
import { expectWhole } from '../harness/expect-scores.ts';
import { syntheticHand } from '../harness/hands.ts';
import { scoreJson } from '../harness/score.ts';
import type { CollectedSpan } from '../harness/trace-collector.ts';
import { inNamespace, isReady, type Pod, pods } from './harness/kubectl.ts';
import { type Memory, measureMemory } from './harness/memory.ts';
import { gatewayUrl, install, ROOT, until, whole } from './harness/mesh-on-cluster.ts';

const ROLES = ['gateway', 'orchestrator', 'body-part', 'joint-extraction', 'joint-scoring'];
/** Long enough for a container to have started and failed, or for the kubelet to have looked for its image. */
const STUCK_FOR_MS = 8000;

describe.skipIf(!inject('cluster'))('overlays/local', () => {
  beforeAll(async () => {
    const files = [
      'test/harness/print-spans.ts',
      'test/harness/trace-collector.ts',
      'launcher/traces/otlp-spans.ts',
      'launcher/traces/read-body.ts',
    ];
    const fromFiles = files.map((file) => `--from-file=${join(ROOT, file)}`);
    await install('test/k8s/traced', () => inNamespace(['create', 'configmap', 'print-spans', ...fromFiles]));
  });

  test('a radiograph through the Service gets ten scores and leaves one whole trace', async () => {
    const { status, body } = await scoreJson({ url: await gatewayUrl() }, (await syntheticHand(1)).png);
    expect({ status, missing: body.missing }).toEqual({ status: 200, missing: {} });
    expectWhole(body);

    let trace: CollectedSpan[] = [];
    await until('spans of every role about every joint', async () => {
      trace = (await spans()).filter(({ traceId }) => traceId === body.traceId);
      const joints = new Set(
        trace
          .filter(({ service }) => service === 'joint-scoring')
          .map(({ attributes }) => attributes['deepxray.joint']),
      );
      return (
        [...ROLES, 'model-server'].every((role) => trace.some(({ service }) => service === role)) &&
        JOINT_NAMES.every((joint) => joints.has(joint)) &&
        orphansOf(trace).length === 1
      );
    });
    expect(orphansOf(trace).map(({ service }) => service)).toEqual(['gateway']);
  });

  test('no container takes more memory than its manifest asks for', async () => {
    let memory: Memory[] = [];
    await until('the kubelet has measured every container', async () => {
      memory = await measureMemory();
      return memory.length === 9;
    });
    console.log('Memory at rest, and from the start of a pod until it was ready');
    console.table(
      memory.map(({ component, container, takenMib, askedMib, pod }) => ({
        ...{ component, container, 'taken, MiB': takenMib, 'asked, MiB': askedMib },
        'ready after, s': readyAfterS(pod),
      })),
    );
    expect(memory.filter(({ takenMib, askedMib }) => takenMib > askedMib)).toEqual([]);
  });

  describe('a release that does not work never becomes ready, and the old pods go on serving', () => {
    test.each([
      ['an image that is not there', 'gateway', { image: 'localhost/deepxray:none' }],
      ['a program that does not start', 'orchestrator', { args: ['orchestrator/none.ts'] }],
    ])('%s', async (_, role, container) => {
      await release(role, { containers: [{ name: role, ...container }] });
    });

    test('a model that does not load', async () => {
      const env = [{ name: 'DEEPXRAY_MODELS', value: 'no-such-model' }];
      await release('joint-scoring', { initContainers: [{ name: 'model-server', env }] });
    });
  });

  /** Rolls the patch out, sees that it stays stuck while films are scored, and takes it back. */
  async function release(role: string, spec: object): Promise<void> {
    const before = (await pods(role)).map(({ metadata }) => metadata.name);
    const patch = JSON.stringify({ spec: { template: { spec } } });
    await inNamespace(['patch', 'deployment', role, `--patch=${patch}`]);
    try {
      await until('the new pod is there', async () => (await pods(role)).length === before.length + 1);
      const url = await gatewayUrl();
      const began = performance.now();
      await until(
        'it was tried for a while',
        async () => {
          const { status, body } = await scoreJson({ url }, (await syntheticHand(1)).png);
          expect({ status, missing: body.missing }).toEqual({ status: 200, missing: {} });
          return performance.now() - began > STUCK_FOR_MS;
        },
        STUCK_FOR_MS + 30_000,
      );
      const ready = (await pods(role)).filter(isReady).map(({ metadata }) => metadata.name);
      expect(ready).toEqual(before);
    } finally {
      await inNamespace(['rollout', 'undo', `deployment/${role}`]);
      await whole();
    }
  }
});

async function spans(): Promise<CollectedSpan[]> {
  const lines = (await inNamespace(['logs', 'collector'])).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as CollectedSpan);
}

/** Spans whose parent is not in the trace: of a whole one, the first alone. */
function orphansOf(trace: CollectedSpan[]): CollectedSpan[] {
  const ids = new Set(trace.map(({ spanId }) => spanId));
  return trace.filter(({ parentSpanId }) => !ids.has(parentSpanId));
}

function readyAfterS({ status }: Pod): number {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return (Date.parse(ready?.lastTransitionTime ?? '') - Date.parse(status.startTime ?? '')) / 1000;
}
