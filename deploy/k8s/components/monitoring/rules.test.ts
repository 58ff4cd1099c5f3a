import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operatorRules } from '../../../observability/prometheus/operator-rules.ts';

test('a cluster has the rules and alerts that Prometheus has elsewhere; else: npm run rules:k8s', () => {
  expect(readFileSync(join(import.meta.dirname, 'rules.yaml'), 'utf8')).toBe(operatorRules());
});
