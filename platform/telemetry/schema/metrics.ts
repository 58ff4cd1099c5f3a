/**
 * Every metric, in one place: instruments are made from it, docs/telemetry.md is printed from it, and a
 * test holds it against what a running mesh and the dashboards name.
 */
import { ATTRIBUTE } from './attributes.ts';
import type { Metric } from './definition.ts';

/** OpenTelemetry's own are for milliseconds. 0.015, 0.15 and 1.5 are there for what a mesh on one machine takes. */
const DURATION = [
  0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60,
];
const BATCH = [1, 2, 4, 8, 16, 32];

const SIDECARS = ['body-part', 'joint-extraction', 'joint-scoring'] as const;
const ON_BUS = ['orchestrator', ...SIDECARS] as const;
const EDGES = ['gateway', 'orchestrator'] as const;
const A = ATTRIBUTE;

/** What dashboards and alerts of the whole are made of. */
const SCORING = {
  scoringsInFlight: {
    name: 'deepxray.scorings.in_flight',
    kind: 'gauge',
    unit: '{scoring}',
    doc: 'radiographs in hand',
    labels: [],
    by: EDGES,
  },
  scoringDuration: {
    name: 'deepxray.scoring.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to the whole answer, by how it ended',
    labels: [A.outcome],
    buckets: DURATION,
    by: EDGES,
  },
  firstJointDuration: {
    name: 'deepxray.scoring.first_joint',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to the first scored joint',
    labels: [],
    buckets: DURATION,
    by: EDGES,
  },
  jointDuration: {
    name: 'deepxray.scoring.joint',
    kind: 'histogram',
    unit: 's',
    doc: 'from the request to each joint, by what became of it',
    labels: [A.joint, A.jointOutcome],
    buckets: DURATION,
    by: ['orchestrator'],
  },
  errors: {
    name: 'deepxray.errors',
    kind: 'counter',
    unit: '{error}',
    doc: 'scorings that ended with a problem, by its code: also what uploads were rejected for',
    labels: [A.errorCode],
    by: EDGES,
  },
  jointsAskedAgain: {
    name: 'deepxray.joint.asked_again',
    kind: 'counter',
    unit: '{joint}',
    doc: 'joints asked for again, since a pod said that they failed or nothing was heard of them',
    labels: [A.askedAgainFor],
    by: ['orchestrator'],
  },
  reportsDropped: {
    name: 'deepxray.report.dropped',
    kind: 'counter',
    unit: '{report}',
    doc: 'reports and scores that came twice or too late',
    labels: [],
    by: ['orchestrator'],
  },
} as const satisfies Record<string, Metric>;

const STEPS_AND_MODELS = {
  stepPresent: {
    name: 'deepxray.step.present',
    kind: 'gauge',
    unit: '1',
    doc: '1 while a pod of the step has spoken within the last 3 s, else 0',
    labels: [A.step],
    by: ['orchestrator'],
  },
  stepDuration: {
    name: 'deepxray.step.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'a piece of work in the hands of a pod, by how it ended',
    labels: [A.step, A.outcome],
    buckets: DURATION,
    by: SIDECARS,
  },
  stepInFlight: {
    name: 'deepxray.step.in_flight',
    kind: 'gauge',
    unit: '{work}',
    doc: 'pieces of work in the hands of a pod',
    labels: [A.step],
    by: SIDECARS,
  },
  refusals: {
    name: 'deepxray.step.refusals',
    kind: 'counter',
    unit: '{work}',
    doc: 'pieces of work that a pod did not take, and why',
    labels: [A.step, A.refusalReason],
    by: SIDECARS,
  },
  inferenceQueue: {
    name: 'deepxray.inference.queue',
    kind: 'histogram',
    unit: 's',
    doc: 'an inference waits for a worker and its batch',
    labels: [A.modelName, A.modelVersion],
    buckets: DURATION,
    by: ['model-server'],
  },
  inferenceCompute: {
    name: 'deepxray.inference.compute',
    kind: 'histogram',
    unit: 's',
    doc: 'the model takes for the batch of an inference',
    labels: [A.modelName, A.modelVersion],
    buckets: DURATION,
    by: ['model-server'],
  },
  inferenceBatchSize: {
    name: 'deepxray.inference.batch_size',
    kind: 'histogram',
    unit: '{sample}',
    doc: 'samples that go through a model together',
    labels: [A.modelName, A.modelVersion],
    buckets: BATCH,
    by: ['model-server'],
  },
  inferenceFailures: {
    name: 'deepxray.inference.failures',
    kind: 'counter',
    unit: '{inference}',
    doc: 'inferences that were not answered, by how they ended',
    labels: [A.modelName, A.modelVersion, A.outcome],
    by: ['model-server'],
  },
} as const satisfies Record<string, Metric>;

/** Rate, errors and duration of each hop, by the names of OpenTelemetry's conventions. */
const HOPS = {
  httpServerDuration: {
    name: 'http.server.request.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'HTTP requests that were served',
    labels: [A.httpMethod, A.httpRoute, A.httpStatus, A.outcome],
    buckets: DURATION,
    by: ['gateway'],
  },
  rpcServerDuration: {
    name: 'rpc.server.call.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'gRPC calls that were served',
    labels: [A.rpcMethod, A.outcome],
    buckets: DURATION,
    by: ['orchestrator', 'model-server'],
  },
  rpcClientDuration: {
    name: 'rpc.client.call.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'gRPC calls that were made',
    labels: [A.rpcMethod, A.outcome],
    buckets: DURATION,
    by: ['gateway', ...SIDECARS],
  },
  messageSendDuration: {
    name: 'messaging.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'messages that were sent and answered: to their reply or receipt',
    labels: [A.destination, A.errorType],
    buckets: DURATION,
    by: ['orchestrator', 'joint-extraction'],
  },
  messageProcessDuration: {
    name: 'messaging.process.duration',
    kind: 'histogram',
    unit: 's',
    doc: 'messages that were processed',
    labels: [A.destination, A.errorType],
    buckets: DURATION,
    by: ON_BUS,
  },
  busConnected: {
    name: 'deepxray.bus.connected',
    kind: 'gauge',
    unit: '1',
    doc: '1 while connected to nats-server, else 0',
    labels: [],
    by: ON_BUS,
  },
  busMessages: {
    name: 'deepxray.bus.messages',
    kind: 'observed counter',
    unit: '{message}',
    doc: 'messages that crossed the connection to nats-server',
    labels: [A.direction],
    by: ON_BUS,
  },
  busBytes: {
    name: 'deepxray.bus.io',
    kind: 'observed counter',
    unit: 'By',
    doc: 'bytes of those messages',
    labels: [A.direction],
    by: ON_BUS,
  },
} as const satisfies Record<string, Metric>;

const PROCESS = {
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

const PROBE = {
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

export const METRICS = { ...SCORING, ...STEPS_AND_MODELS, ...HOPS, ...PROCESS, ...PROBE } as const;

export type MetricName = keyof typeof METRICS;

type NamesOf<K extends Metric['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];
export type HistogramName = NamesOf<'histogram'>;
export type CounterName = NamesOf<'counter'>;
export type ObservedName = NamesOf<'gauge' | 'observed counter'>;
