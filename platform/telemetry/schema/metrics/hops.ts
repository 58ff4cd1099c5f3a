/** Rate, errors and duration of each hop, by the names of OpenTelemetry's conventions; what crosses NATS. */
import { ATTRIBUTE as A } from '../attributes.ts';
import type { Metric } from '../definition.ts';
import { DURATION, ON_BUS, SIDECARS } from './shared.ts';

export const HOPS = {
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
