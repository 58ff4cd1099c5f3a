/** What a call can fail with, in Triton's words and codes: its clients know them. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

export class InferenceError extends Error {
  override name = 'InferenceError';
  readonly code: status;
  constructor(code: status, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export const invalidArgument = (message: string): InferenceError =>
  new InferenceError(status.INVALID_ARGUMENT, message);

export const unknownModel = (name: string, version: string): InferenceError =>
  new InferenceError(
    status.NOT_FOUND,
    version === ''
      ? `Request for unknown model: '${name}' is not found`
      : `Request for unknown model: '${name}' version ${version} is not found`,
  );

export const notReady = (name: string): InferenceError =>
  new InferenceError(status.UNAVAILABLE, `Request for model '${name}': the server is not ready`);

export const queueFull = (): InferenceError =>
  new InferenceError(status.UNAVAILABLE, 'Exceeds maximum queue size');

export const timeoutExpired = (): InferenceError =>
  new InferenceError(status.UNAVAILABLE, 'Request timeout expired');

/** The gRPC deadline came first; hardly anyone hears it, since the client counts too. */
export const deadlineExceeded = (): InferenceError =>
  new InferenceError(status.DEADLINE_EXCEEDED, 'Deadline exceeded');

export const cancelled = (): InferenceError => new InferenceError(status.CANCELLED, 'Request was cancelled');

/** The thread that computed it is gone; another is being started. Trying again may help. */
export const workerDied = (cause: unknown): InferenceError =>
  new InferenceError(status.UNAVAILABLE, 'The worker that ran this inference died; try again', cause);

export const runtimeFailed = (message: string): InferenceError =>
  new InferenceError(status.INTERNAL, `onnx runtime error: ${message}`);

/** What grpc-js takes as a handler's error; anything unforeseen stays in the log. */
export function toStatus(thrown: unknown): Pick<ServiceError, 'code' | 'details' | 'metadata'> {
  const known = thrown instanceof InferenceError;
  return {
    code: known ? thrown.code : status.INTERNAL,
    details: known ? thrown.message : 'internal error',
    metadata: new Metadata(),
  };
}
