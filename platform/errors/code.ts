/**
 * The one closed list of what can go wrong between a client and its scores. A new code does not
 * compile until `problem.ts` gives it a title and an HTTP status and `grpc-status.ts` a gRPC one.
 */
export const ERROR_CODES = [
  // Who asks.
  'unauthenticated',
  'forbidden',
  'identity-unavailable',
  // The request.
  'bad-request',
  'no-file',
  'too-many-files',
  'unknown-field',
  'bad-prefer',
  'unknown-model',
  'method-not-allowed',
  'not-found',
  'too-large',
  'too-many-pixels',
  'unsupported-format',
  'dicom',
  'upload-interrupted',
  // The radiograph.
  'unreadable-image',
  'not-a-left-hand',
  // The mesh.
  'rate-limited',
  'overloaded',
  'step-unavailable',
  'deadline-exceeded',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export const isErrorCode = (text: string): text is ErrorCode =>
  (ERROR_CODES as readonly string[]).includes(text);

export type ErrorDetails = {
  /** Seconds after which trying again makes sense; whole, at least 1. */
  retryAfterS?: number;
  /** For the client's eyes; strings only, since it travels as gRPC metadata. */
  metadata?: Record<string, string>;
  /** For the log only. */
  cause?: unknown;
  /** Another of our processes failed so, and has logged why. */
  isOfPeer?: boolean;
};

/** Thrown where the meaning is known; translated only at the edges (`problem.ts`, `grpc-status.ts`). */
export class DeepXRayError extends Error {
  override name = 'DeepXRayError';
  readonly code: ErrorCode;
  readonly retryAfterS: number | undefined;
  readonly metadata: Record<string, string>;
  readonly isOfPeer: boolean;

  /** `message` is shown to the client: say what happened and what to do, without inner details. */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.retryAfterS = details.retryAfterS;
    this.metadata = details.metadata ?? {};
    this.isOfPeer = details.isOfPeer ?? false;
  }
}

/** What a client may be told of anything that was thrown; the rest stays in `cause`, for the log. */
export function toDeepXRayError(thrown: unknown): DeepXRayError {
  if (thrown instanceof DeepXRayError) return thrown;
  return new DeepXRayError('internal', 'Something went wrong inside; the trace id leads to it.', {
    cause: thrown,
  });
}
