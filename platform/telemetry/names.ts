/**
 * Every name of ours in spans, metrics and logs, in one place. Patient data has no name here: no
 * pixel, file name or DICOM tag is ever an attribute.
 */

export const ROLES = [
  'gateway',
  'orchestrator',
  'body-part',
  'joint-extraction',
  'joint-scoring',
  'model-server',
] as const;
/** `service.name` of a process. */
export type Role = (typeof ROLES)[number];

export const ATTRIBUTE = {
  requestId: 'deepxray.request_id',
  correlationId: 'deepxray.correlation_id',
  joint: 'deepxray.joint',
  jointOutcome: 'deepxray.joint.outcome',
  bodyPart: 'deepxray.body_part',
  attempt: 'deepxray.attempt',
  errorCode: 'deepxray.error_code',
  step: 'deepxray.step',
  modelName: 'deepxray.model.name',
  modelVersion: 'deepxray.model.version',
  batchSize: 'deepxray.batch_size',
  inferenceQueueMs: 'deepxray.inference.queue_ms',
  inferenceComputeMs: 'deepxray.inference.compute_ms',
  imageWidth: 'deepxray.image.width',
  imageHeight: 'deepxray.image.height',
  imageFormat: 'deepxray.image.format',
} as const;

export const METRIC = {
  scoringsInFlight: 'deepxray.scorings.in_flight',
  scoringDuration: 'deepxray.scoring.duration',
  firstJointDuration: 'deepxray.scoring.first_joint',
  jointResults: 'deepxray.joint.results',
  jointsAskedAgain: 'deepxray.joint.asked_again',
  reportsDropped: 'deepxray.report.dropped',
  errors: 'deepxray.errors',
  stepDuration: 'deepxray.step.duration',
  stepInFlight: 'deepxray.step.in_flight',
  refusals: 'deepxray.step.refusals',
  inferenceQueue: 'deepxray.inference.queue',
  inferenceCompute: 'deepxray.inference.compute',
  inferenceBatchSize: 'deepxray.inference.batch_size',
  inferenceFailures: 'deepxray.inference.failures',
} as const;
