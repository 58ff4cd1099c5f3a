/** How work ends: what is our fault is told from what is not. */
import { status } from '@grpc/grpc-js';
import { DeadlineExceeded } from '../../deadline.ts';
import { DeepXRayError, type ErrorCode } from '../../errors/code.ts';

export const OUTCOMES = ['ok', 'rejected', 'refused', 'cancelled', 'deadline', 'fault'] as const;
/**
 * rejected: the request or the film is such that no retry helps. refused: all places were taken.
 * cancelled: the client went away. deadline: it came first. fault: something of ours failed or is away.
 */
export type Outcome = (typeof OUTCOMES)[number];

export const OUTCOME_OF = {
  unauthenticated: 'rejected',
  forbidden: 'rejected',
  'identity-unavailable': 'fault',
  'bad-request': 'rejected',
  'no-file': 'rejected',
  'too-many-files': 'rejected',
  'unknown-field': 'rejected',
  'bad-prefer': 'rejected',
  'unknown-model': 'rejected',
  'method-not-allowed': 'rejected',
  'not-found': 'rejected',
  'too-large': 'rejected',
  'too-many-pixels': 'rejected',
  'unsupported-format': 'rejected',
  dicom: 'rejected',
  'upload-interrupted': 'cancelled',
  'unreadable-image': 'rejected',
  'not-a-left-hand': 'rejected',
  'rate-limited': 'refused',
  overloaded: 'refused',
  'step-unavailable': 'fault',
  'deadline-exceeded': 'deadline',
  cancelled: 'cancelled',
  internal: 'fault',
} as const satisfies Record<ErrorCode, Outcome>;

/** gRPC statuses of an error that has no code of ours, as the model server's. */
const OUTCOME_OF_STATUS = new Map<unknown, Outcome>([
  [status.CANCELLED, 'cancelled'],
  [status.DEADLINE_EXCEEDED, 'deadline'],
  [status.INVALID_ARGUMENT, 'rejected'],
  [status.NOT_FOUND, 'rejected'],
  [status.UNAUTHENTICATED, 'rejected'],
  [status.PERMISSION_DENIED, 'rejected'],
  [status.RESOURCE_EXHAUSTED, 'refused'],
]);

/** What failed, as `error.type` has it: our code, the status of gRPC, or the class; never the message. */
export function errorTypeOf(thrown: unknown): string {
  if (thrown instanceof DeepXRayError) return thrown.code;
  if (!(thrown instanceof Error)) return 'unknown';
  const { code } = thrown as { code?: unknown };
  return (typeof code === 'number' ? status[code] : undefined) ?? thrown.name;
}

export function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof DeepXRayError) return OUTCOME_OF[thrown.code];
  if (thrown instanceof DeadlineExceeded) return 'deadline';
  if (!(thrown instanceof Error)) return 'fault';
  if (thrown.cause instanceof DeadlineExceeded) return 'deadline';
  if (thrown.name === 'AbortError') return 'cancelled';
  return OUTCOME_OF_STATUS.get((thrown as { code?: unknown }).code) ?? 'fault';
}
