/** What each process costs, and whether it keeps up. */
import { ATTRIBUTE as A } from '../attributes.ts';
import type { Metric } from '../definition.ts';

export const PROCESS = {
  cpuTime: {
    name: 'process.cpu.time',
    kind: 'observed counter',
    unit: 's',
    doc: 'core time of the process',
    labels: [A.cpuMode],
  },
  memoryUsage: {
    name: 'process.memory.usage',
    kind: 'gauge',
    unit: 'By',
    doc: 'resident memory of the process',
    labels: [],
  },
  heapUsed: {
    name: 'v8js.memory.heap.used',
    kind: 'gauge',
    unit: 'By',
    doc: 'heap in use, all spaces',
    labels: [],
  },
  gcDuration: {
    name: 'v8js.gc.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'garbage collections',
    labels: [A.gcType],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
  },
  eventLoopDelay: {
    name: 'nodejs.eventloop.delay.p99',
    kind: 'gauge',
    unit: 's',
    doc: 'the 99th percentile of how late timers were since the last look',
    labels: [],
  },
  eventLoopUtilization: {
    name: 'nodejs.eventloop.utilization',
    kind: 'gauge',
    unit: '1',
    doc: 'share of the time since the last look in which the event loop was busy',
    labels: [],
  },
  spansDropped: {
    name: 'deepxray.spans.dropped',
    kind: 'observed counter',
    unit: '{span}',
    doc: 'spans that were not exported, since the collector is slow, full or gone',
    labels: [],
  },
} as const satisfies Record<string, Metric>;
