import { defineConfig } from 'vitest/config';

const IGNORED = ['**/node_modules/**', '**/.cache/**', 'training/**', 'out/**'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // For tests that open networks themselves: onnxruntime reports to its maker unless told otherwise.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    projects: [
      {
        extends: true,
        // Pure code, beside its source.
        test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...IGNORED, 'test/**'], maxWorkers: 2 },
      },
      {
        extends: true,
        // Real processes: one file after the other, since each mesh wants the cores for itself.
        test: {
          name: 'mesh',
          include: ['test/**/*.test.ts'],
          // Those on a cluster: vitest.k8s.config.ts.
          exclude: [...IGNORED, 'test/k8s/**'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
