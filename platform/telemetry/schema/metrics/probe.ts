/** What the golden probe sees. */
import { ATTRIBUTE as A } from '../attributes.ts';
import type { Metric } from '../definition.ts';
import { DURATION } from './shared.ts';

export const PROBE = {
  probeScore: {
    name: 'deepxray.probe.score',
    kind: 'gauge',
    unit: '1',
    doc: 'the score of each joint of the golden hand, 0 to 5; -1 if it has none',
    labels: [A.joint],
    by: ['probe'],
  },
  probeShift: {
    name: 'deepxray.probe.shift',
    kind: 'gauge',
    unit: '1',
    doc: 'largest difference of a probability from the golden answer; 1 where a joint is missing in one of them',
    labels: [],
    by: ['probe'],
  },
  probeRuns: {
    name: 'deepxray.probe.runs',
    kind: 'counter',
    unit: '{run}',
    doc: 'times that the golden hand was sent, by how it ended',
    labels: [A.outcome],
    by: ['probe'],
  },
  probeDuration: {
    name: 'deepxray.probe.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'from sending the golden hand to its answer',
    labels: [],
    buckets: DURATION,
    by: ['probe'],
  },
} as const satisfies Record<string, Metric>;
