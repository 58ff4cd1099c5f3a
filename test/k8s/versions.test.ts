/**
 * A model's second version, as docs/operations.md has it: beside the first, on a share of the requests, and back; under a
 * steady load. Some minutes long: on request, DEEPXRAY_K8S_DISTURB=1.
 */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { syntheticHand } from '../harness/hands.ts';
import { type JsonReply, scoreJson } from '../harness/score.ts';
import { type Known, learn } from '../harness/steady-load.ts';
import { inNamespace } from './harness/kubectl.ts';
import { apply, gatewayUrl, install, whole } from './harness/mesh-on-cluster.ts';
import { underLoad } from './harness/under-load.ts';

/** With shares of half, all of one version is once in 2¹⁵. */
const FILMS = 16;

const wanted = inject('cluster') && process.env.DEEPXRAY_K8S_DISTURB === '1';
describe.skipIf(!wanted)('a second version of the scoring model (the same network under number 2)', () => {
  let url: string;
  let known: Known[];
  beforeAll(async () => {
    await install('test/k8s/versions/first');
    url = await gatewayUrl();
    known = await learn({ url }, [await syntheticHand(1)]);
  });

  test('is rolled out beside the first, which goes on answering all', async () => {
    const seen = await changing('version 2 rolled out beside 1', () => apply('test/k8s/versions/beside'));
    expect(seen).toEqual(new Set(['1']));
  });

  test('gets its share of the requests, and no radiograph has scores of both', async () => {
    await changing('half of the requests to version 2', () => apply('test/k8s/versions/shared'));
    expect(await ask('')).toEqual(new Set(['1', '2']));
  });

  test.each(['1', '2'])('who pins version %s gets that one each time', async (version) => {
    expect(await ask(`?modelVersions=joint-scoring:${version}`)).toEqual(new Set([version]));
  });

  test('is taken back by one command, and all answers are of the first again', async () => {
    await changing('back to version 1', () => inNamespace(['rollout', 'undo', 'deployment/orchestrator']));
    expect(await ask('')).toEqual(new Set(['1']));
  });

  /** What versions answered while it was done; nothing may be lost, and nothing mixed. */
  async function changing(name: string, change: () => Promise<unknown>): Promise<Set<string>> {
    const seen = new Set<string>();
    const onAnswer = (body: JsonReply['body']) => seen.add(versionOf(body));
    const { cut, lost, wrong } = await underLoad({ url, known, name, onAnswer }, async () => {
      await change();
      await whole();
    });
    expect({ cut, lost, wrong }).toEqual({ cut: 0, lost: 0, wrong: 0 });
    return seen;
  }

  async function ask(query: string): Promise<Set<string>> {
    const seen = new Set<string>();
    for (let film = 0; film < FILMS; film++) {
      const { status, body } = await scoreJson({ url, query }, known[0]!.hand.png, {
        headers: { prefer: 'wait=20' },
      });
      expect(status).toBe(200);
      seen.add(versionOf(body));
    }
    return seen;
  }
});

/** Of all its joints, or `mixed`, which no test expects. */
function versionOf({ joints }: JsonReply['body']): string {
  const versions = new Set(Object.values(joints).map(({ model }) => model.version));
  return versions.size === 1 ? [...versions][0]! : 'mixed';
}
