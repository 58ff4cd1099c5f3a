/** Code ↔ gRPC status, with google.rpc.ErrorInfo in `grpc-status-details-bin` so that nothing is lost on a hop. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ErrorInfo, RetryInfo, Status } from '#proto/google/rpc/error_details.ts';
import { DeepXRayError, type ErrorCode, isErrorCode, toDeepXRayError } from './code.ts';

export const ERROR_DOMAIN = 'deepxray';

const DETAILS_KEY = 'grpc-status-details-bin';
const ERROR_INFO_TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';
const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

const STATUS_OF = {
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'identity-unavailable': status.UNAVAILABLE,
  'bad-request': status.INVALID_ARGUMENT,
  'no-file': status.INVALID_ARGUMENT,
  'too-many-files': status.INVALID_ARGUMENT,
  'unknown-field': status.INVALID_ARGUMENT,
  'bad-prefer': status.INVALID_ARGUMENT,
  'unknown-model': status.INVALID_ARGUMENT,
  'method-not-allowed': status.UNIMPLEMENTED,
  'not-found': status.NOT_FOUND,
  'too-large': status.INVALID_ARGUMENT,
  'too-many-pixels': status.INVALID_ARGUMENT,
  'unsupported-format': status.INVALID_ARGUMENT,
  dicom: status.INVALID_ARGUMENT,
  'upload-interrupted': status.CANCELLED,
  'unreadable-image': status.INVALID_ARGUMENT,
  'not-a-left-hand': status.FAILED_PRECONDITION,
  'rate-limited': status.RESOURCE_EXHAUSTED,
  overloaded: status.UNAVAILABLE,
  'step-unavailable': status.UNAVAILABLE,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  internal: status.INTERNAL,
} satisfies Record<ErrorCode, status>;

/** ErrorInfo asks for UPPER_SNAKE_CASE reasons. */
const reasonOf = (code: ErrorCode): string => code.toUpperCase().replaceAll('-', '_');
const codeOfReason = (reason: string): ErrorCode | undefined => {
  const code = reason.toLowerCase().replaceAll('_', '-');
  return isErrorCode(code) ? code : undefined;
};

/** What grpc-js takes as a handler's error. */
export function toServiceError(thrown: unknown): Pick<ServiceError, 'code' | 'details' | 'metadata'> {
  const error = toDeepXRayError(thrown);
  const code = STATUS_OF[error.code];
  const info = ErrorInfo.encode({
    reason: reasonOf(error.code),
    domain: ERROR_DOMAIN,
    metadata: error.metadata,
  }).finish();
  const details = [{ typeUrl: ERROR_INFO_TYPE, value: Buffer.from(info) }];
  if (error.retryAfterS !== undefined) {
    const retry = RetryInfo.encode({
      retryDelay: { seconds: BigInt(error.retryAfterS), nanos: 0 },
    }).finish();
    details.push({ typeUrl: RETRY_INFO_TYPE, value: Buffer.from(retry) });
  }
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, Buffer.from(Status.encode({ code, message: error.message, details }).finish()));
  return { code, details: error.message, metadata };
}

/** What a call to another of our processes failed with; errors without our ErrorInfo by their status. */
export function fromServiceError(error: ServiceError): DeepXRayError {
  const known = errorInfoOf(error);
  if (known) return known;
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return new DeepXRayError('deadline-exceeded', 'The deadline came first.', { cause: error });
    case status.CANCELLED:
      return new DeepXRayError('cancelled', 'The call was cancelled.', { cause: error });
    case status.UNAVAILABLE:
      return new DeepXRayError('step-unavailable', 'A part of the system is away. Try again shortly.', {
        cause: error,
        retryAfterS: 1,
      });
    case status.RESOURCE_EXHAUSTED:
      return new DeepXRayError('overloaded', 'All places are taken. Try again shortly.', {
        cause: error,
        retryAfterS: 1,
      });
    default:
      return toDeepXRayError(error);
  }
}

function errorInfoOf(error: ServiceError): DeepXRayError | undefined {
  const bytes = error.metadata?.get(DETAILS_KEY)[0];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { details } = Status.decode(bytes);
    const infoBytes = details.find((detail) => detail.typeUrl === ERROR_INFO_TYPE)?.value;
    if (!infoBytes) return undefined;
    const info = ErrorInfo.decode(infoBytes);
    const code = info.domain === ERROR_DOMAIN ? codeOfReason(info.reason) : undefined;
    if (!code) return undefined;
    const retryBytes = details.find((detail) => detail.typeUrl === RETRY_INFO_TYPE)?.value;
    const retryAfter = retryBytes && RetryInfo.decode(retryBytes).retryDelay?.seconds;
    return new DeepXRayError(code, error.details, {
      metadata: info.metadata,
      cause: error,
      isOfPeer: true,
      ...(retryAfter === undefined ? {} : { retryAfterS: Number(retryAfter) }),
    });
  } catch {
    return undefined; // Not ours to read: the status alone must do.
  }
}
