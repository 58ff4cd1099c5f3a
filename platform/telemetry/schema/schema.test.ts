import { expect, test } from 'vitest';
import { ATTRIBUTES, OWN_ATTRIBUTES } from './attributes.ts';
import type { Metric } from './definition.ts';
import { METRICS } from './metrics.ts';
import { prometheusSamples } from './prometheus-name.ts';

const metrics: Metric[] = Object.values(METRICS);

test('no metric can grow without bound: each of its labels has a closed list of values, or says what bounds it', () => {
  const byKey = new Map(Object.values(ATTRIBUTES).map((attribute) => [attribute.key, attribute]));
  for (const { name, labels } of metrics) {
    for (const label of labels) {
      const attribute = byKey.get(label);
      expect(attribute?.values ?? attribute?.boundedBy, `${name}: ${label}`).toBeDefined();
    }
  }
});

test('no two metrics have the same name, for OTLP or for Prometheus', () => {
  const names = metrics.flatMap((metric) => prometheusSamples(metric));
  expect(new Set(names).size).toBe(names.length);
});

test('what is ours stands under deepxray.*', () => {
  for (const { key } of Object.values(OWN_ATTRIBUTES)) expect(key).toMatch(/^deepxray\./);
});
