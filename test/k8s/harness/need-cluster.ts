/** Says once, in one line, why nothing is tested where no cluster answers; the tests themselves then skip. */
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { waitUntil } from '../../harness/wait-until.ts';
import { kubectl, NAMESPACE } from './kubectl.ts';
import { ROOT } from './mesh-on-cluster.ts';

const LABEL = 'deepxray.io/made-by-tests';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: boolean;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const version = await kubectl(['version', '--output=json', '--request-timeout=5s']).catch(() => undefined);
  project.provide('cluster', version !== undefined);
  if (version === undefined) {
    console.log(
      'skipped: no cluster answers; set KUBECONFIG to one that has the images of `npm run image -- --nats`',
    );
    return async () => undefined;
  }
  await takeNamespace();
  return async () => {
    await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  };
}

/** The tests delete all that is in it: never what somebody else put there. */
async function takeNamespace(): Promise<void> {
  const look = () => kubectl(['get', 'namespace', NAMESPACE, '--ignore-not-found', '--output=json']);
  // What an earlier run left may still be on its way out.
  const isLeaving = async () => (await look()).includes('"phase": "Terminating"');
  await waitUntil('the namespace of an earlier run is gone', async () => !(await isLeaving()), {
    within: 90_000,
  });
  const found = await look();
  const isOurs = found !== '' && JSON.parse(found).metadata.labels?.[LABEL] !== undefined;
  const inIt = isOurs ? '' : await kubectl(['get', 'all', `--namespace=${NAMESPACE}`, '--output=name']);
  if (inIt !== '') {
    throw new Error(
      `the cluster's namespace ${NAMESPACE} holds what these tests did not put there, and they would delete it ` +
        'all: use another cluster, or empty the namespace',
    );
  }
  await kubectl(['apply', '--server-side', '--filename', join(ROOT, 'deploy/k8s/base/namespace.yaml')]);
  await kubectl(['label', 'namespace', NAMESPACE, `${LABEL}=true`, '--overwrite']);
}
