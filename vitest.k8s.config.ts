/** `npm run test:k8s`: what needs a cluster, in the one that KUBECONFIG points to. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/k8s/**/*.test.ts'],
    globalSetup: 'test/k8s/harness/need-cluster.ts',
    // One namespace, one file after the other.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
