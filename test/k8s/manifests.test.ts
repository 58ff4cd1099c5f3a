/** Every overlay and component against a real API server, and against the rules of restricted pods. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { getGoTool } from '../harness/tools.ts';
import { teachCluster } from './harness/custom-resources.ts';
import { inNamespace, kubectl, run } from './harness/kubectl.ts';
import { ROOT } from './harness/mesh-on-cluster.ts';

const KUBERNETES = join(ROOT, 'deploy/k8s');
const foldersOf = (kind: string) => readdirSync(join(KUBERNETES, kind));

/** The namespace enforces restricted pods and warns of each that is not: a warning fails here as an error does. */
const dryRun = (manifest: string) =>
  kubectl(
    [
      ...['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--filename=-'],
      ...['--validate=strict', '--warnings-as-errors'],
    ],
    manifest,
  );

/** Components that mean something only beside another. */
const COMES_WITH: Record<string, string> = { tracing: 'collector', secured: 'nats-cluster' };
/** Of the base, which leaves them to the overlay. */
const IMAGES = ['deepxray', 'deepxray-model-server', 'nats', 'collector'];

/** A component by itself is nothing: on top of the base, as an overlay has it. */
async function rendered(component: string): Promise<string> {
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'overlay-'));
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['../../deploy/k8s/base'],
      components: [COMES_WITH[component] ?? [], component]
        .flat()
        .map((name) => `../../deploy/k8s/components/${name}`),
      images: IMAGES.map((name) => ({ name, newTag: '0.1.0' })),
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return await kubectl(['kustomize', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.skipIf(!inject('cluster'))('a real API server takes', () => {
  test.each(foldersOf('overlays'))('overlays/%s', async (name) => {
    const manifest = await kubectl(['kustomize', join(KUBERNETES, 'overlays', name)]);
    expect(await dryRun(manifest)).toContain('deployment.apps/gateway');
  });

  const taught: string[] = [];
  afterAll(async () => {
    if (taught.length > 0) await kubectl(['delete', 'crd', '--wait=false', ...taught]);
  });
  test.for(foldersOf('components'))('the base with components/%s', async (name, { skip }) => {
    const missing = await teachCluster(name, (definition) => taught.push(definition));
    if (missing) skip(missing);
    expect(await dryRun(await rendered(name))).toContain('deployment.apps/gateway');
  });

  test('no pod in the namespace that asks for more than a restricted one may have', async () => {
    const root = { securityContext: { runAsUser: 0 } };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root' },
      spec: { ...root, containers: [{ name: 'root', image: 'localhost/deepxray:dev' }] },
    };
    const created = inNamespace(['create', '--dry-run=server', '--filename=-'], JSON.stringify(pod));
    await expect(created).rejects.toThrow(/violates PodSecurity "restricted/);
  });
});

/** What the linter asks for and is not so, with the reason. */
const EXCEPTIONS = {
  'container-image-pull-policy':
    'tags of releases are never moved, and local images are in no registry to pull from',
  'deployment-has-host-podantiaffinity':
    'topology spread constraints say it, and say what to do where nodes are few',
  'statefulset-has-host-podantiaffinity': 'the same',
  'deployment-replicas': 'overlays/local has one of each on purpose',
};
/** Building it takes a minute or two: done where it is asked for, and used wherever it is. */
const lintOnRequest =
  process.env.DEEPXRAY_K8S_LINT === '1' || existsSync(join(ROOT, '.cache/bin/kube-score'));

describe.skipIf(!lintOnRequest)('kube-score finds nothing to complain of but what is meant so', () => {
  const overlays = foldersOf('overlays').map((name) => [
    `overlays/${name}`,
    () => kubectl(['kustomize', join(KUBERNETES, 'overlays', name)]),
  ]);
  const components = foldersOf('components').map((name) => [
    `the base with components/${name}`,
    () => rendered(name),
  ]);
  type Case = [string, () => Promise<string>];
  test.each([...overlays, ...components] as Case[])('%s', { timeout: 500_000 }, async (_, render) => {
    const linter = await getGoTool('github.com/zegl/kube-score/cmd/kube-score', 'v1.20.0');
    if ('missing' in linter) throw new Error(linter.missing);
    const ignored = Object.keys(EXCEPTIONS).flatMap((id) => ['--ignore-test', id]);
    await run(linter.path, ['score', '--output-format=ci', ...ignored, '-'], await render());
  });
});
