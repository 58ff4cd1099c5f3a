/**
 * Every attribute of spans and metrics, in one place: code takes the keys from here, docs/telemetry.md
 * is printed from it, and the collector drops what is not in it. Patient data has no name here: no
 * pixel, file name or DICOM tag is ever an attribute.
 */
import { STEPS } from '../../bus/subjects.ts';
import { JOINT_NAMES } from '../../domain/joints.ts';
import { ERROR_CODES } from '../../errors/code.ts';
import type { Attribute } from './definition.ts';
import { OUTCOMES } from './outcomes.ts';

/** Why a joint has no score; else `scored`. */
export const JOINT_OUTCOMES = [
  'scored',
  'off-film',
  'not-found',
  'implant',
  'unscorable',
  'deadline',
  'unavailable',
  'failed',
  'unspecified',
  'unknown',
] as const;

export const REFUSAL_REASONS = [
  'busy',
  'draining',
  'too-late',
  'invalid',
  'model-failed',
  'unspecified',
] as const;

/** Ours. */
export const OWN_ATTRIBUTES = {
  requestId: {
    key: 'deepxray.request_id',
    doc: "the request's id: the client's `X-Request-Id`, or a new one",
  },
  outcome: {
    key: 'deepxray.outcome',
    doc: 'how it ended, where that is not simply well: a fault is told from a deadline, a cancellation and from what the client or the film brought about',
    values: OUTCOMES,
  },
  errorCode: { key: 'deepxray.error_code', doc: 'the code of the problem', values: ERROR_CODES },
  joint: { key: 'deepxray.joint', doc: 'the joint that it is about', values: [...JOINT_NAMES, 'unknown'] },
  joints: { key: 'deepxray.joints', doc: 'the joints that it is about, where it is about several' },
  jointOutcome: {
    key: 'deepxray.joint.outcome',
    doc: 'scored, or why the joint is missing',
    values: JOINT_OUTCOMES,
  },
  attempt: { key: 'deepxray.attempt', doc: 'how often the joint had been asked for before: 0 at first' },
  askedAgainFor: {
    key: 'deepxray.asked_again.reason',
    doc: 'why a joint is asked for again: a pod said that it failed, or nothing was heard for too long',
    values: ['failed', 'overdue'],
  },
  step: { key: 'deepxray.step', doc: 'the step of the walk', values: STEPS },
  stepsAway: { key: 'deepxray.steps_away', doc: 'the steps that no pod is there for' },
  refusalReason: {
    key: 'deepxray.refusal.reason',
    doc: 'why a pod did not take a piece of work',
    values: REFUSAL_REASONS,
  },
  modelName: {
    key: 'deepxray.model.name',
    doc: 'the model that ran',
    boundedBy: 'the models of the repository',
  },
  modelVersion: {
    key: 'deepxray.model.version',
    doc: 'its version',
    boundedBy: 'the versions in the repository',
  },
  batchSize: { key: 'deepxray.batch_size', doc: 'samples that went through the model together' },
  inferenceQueueMs: {
    key: 'deepxray.inference.queue_ms',
    doc: 'milliseconds that the inference waited for a worker and its batch',
  },
  inferenceComputeMs: {
    key: 'deepxray.inference.compute_ms',
    doc: 'milliseconds that the model took for the batch',
  },
  imageWidth: { key: 'deepxray.image.width', doc: 'of the upload, pixels' },
  imageHeight: { key: 'deepxray.image.height', doc: 'of the upload, pixels' },
  imageFormat: { key: 'deepxray.image.format', doc: 'of the upload' },
  direction: {
    key: 'deepxray.direction',
    doc: 'seen from the process',
    values: ['in', 'out'],
  },
} as const satisfies Record<string, Attribute>;

/** OpenTelemetry's semantic conventions, as far as they are used. */
export const STANDARD_ATTRIBUTES = {
  errorType: {
    key: 'error.type',
    doc: 'what failed: our code, or the class of the error; never its message',
    boundedBy: 'the codes and error classes in the code',
  },
  httpMethod: {
    key: 'http.request.method',
    doc: 'HTTP method',
    values: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', '_OTHER'],
  },
  httpRoute: { key: 'http.route', doc: 'the route, none where none matched', boundedBy: 'the routes' },
  httpStatus: {
    key: 'http.response.status_code',
    doc: 'HTTP status; absent where the client had gone',
    boundedBy: 'the statuses of the problems',
  },
  urlScheme: { key: 'url.scheme', doc: 'http or https' },
  urlPath: { key: 'url.path', doc: 'the route: a path that matches none may hold anything, and is left out' },
  protocolVersion: { key: 'network.protocol.version', doc: 'of HTTP' },
  rpcSystem: { key: 'rpc.system.name', doc: 'grpc', values: ['grpc'] },
  rpcMethod: {
    key: 'rpc.method',
    doc: 'package.Service/Method',
    boundedBy: 'the methods that are served',
  },
  rpcStatus: { key: 'rpc.status_code', doc: 'gRPC status, by name', boundedBy: 'the statuses of gRPC' },
  messagingSystem: { key: 'messaging.system', doc: 'nats', values: ['nats'] },
  operationName: {
    key: 'messaging.operation.name',
    doc: 'send or process',
    values: ['send', 'process'],
  },
  operationType: { key: 'messaging.operation.type', doc: 'send or process', values: ['send', 'process'] },
  destination: {
    key: 'messaging.destination.name',
    doc: 'the subject; a placeholder stands for what names one process or request',
    boundedBy: 'the subjects in platform/bus/subjects.ts',
  },
  consumerGroup: { key: 'messaging.consumer.group.name', doc: 'the queue group', values: STEPS },
  conversationId: {
    key: 'messaging.message.conversation_id',
    doc: 'the correlation id',
  },
  bodySize: { key: 'messaging.message.body.size', doc: 'bytes' },
  serviceName: { key: 'service.name', doc: 'the role of the process (resource)' },
  serviceInstance: {
    key: 'service.instance.id',
    doc: 'the process among its like (resource)',
    boundedBy: 'the processes',
  },
  serviceVersion: { key: 'service.version', doc: 'the version of the project (resource)' },
  cpuMode: { key: 'cpu.mode', doc: 'of core time', values: ['user', 'system'] },
  gcType: {
    key: 'v8js.gc.type',
    doc: 'kind of garbage collection',
    values: ['major', 'minor', 'incremental', 'weakcb'],
  },
} as const satisfies Record<string, Attribute>;

export const ATTRIBUTES: { [K in AttributeName]: Attribute } = { ...OWN_ATTRIBUTES, ...STANDARD_ATTRIBUTES };

export type AttributeName = keyof typeof OWN_ATTRIBUTES | keyof typeof STANDARD_ATTRIBUTES;

/** The key of each. */
export const ATTRIBUTE = Object.fromEntries(
  Object.entries(ATTRIBUTES).map(([name, { key }]) => [name, key]),
) as { [K in AttributeName]: string };
