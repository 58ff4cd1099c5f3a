/** Code → HTTP, as `application/problem+json` (RFC 9457). */
import type { DeepXRayError, ErrorCode } from './code.ts';

/** nginx's number for a client that went away: never seen by it, only by logs and metrics. */
export const CLIENT_CLOSED_REQUEST = 499;

export const PROBLEMS = {
  unauthenticated: { status: 401, title: 'No token or key that holds' },
  forbidden: { status: 403, title: 'The token or key does not allow this' },
  'identity-unavailable': { status: 503, title: 'The identity provider is away' },
  'bad-request': { status: 400, title: 'The request makes no sense' },
  'no-file': { status: 400, title: 'No radiograph in the request' },
  'too-many-files': { status: 400, title: 'More than one radiograph in the request' },
  'unknown-field': { status: 400, title: 'A field that is not known' },
  'bad-prefer': { status: 400, title: 'The Prefer header makes no sense' },
  'unknown-model': { status: 400, title: 'A model or version that is not served' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'too-large': { status: 413, title: 'The file is too large' },
  'too-many-pixels': { status: 413, title: 'The image has too many pixels' },
  'unsupported-format': { status: 415, title: 'Not a format of radiographs that can be read' },
  dicom: { status: 415, title: 'DICOM files are not read yet' },
  'upload-interrupted': { status: 400, title: 'The upload ended before the file did' },
  'unreadable-image': { status: 422, title: 'The image cannot be read' },
  'not-a-left-hand': { status: 422, title: 'This is not a radiograph of a left hand' },
  'rate-limited': { status: 429, title: 'Too many requests from this client' },
  overloaded: { status: 503, title: 'All places are taken' },
  'step-unavailable': { status: 503, title: 'A step of the scoring is away' },
  'deadline-exceeded': { status: 504, title: 'The deadline came first' },
  cancelled: { status: CLIENT_CLOSED_REQUEST, title: 'The client went away' },
  internal: { status: 500, title: 'Something went wrong inside' },
} as const satisfies Record<ErrorCode, { status: number; title: string }>;

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId: string;
  traceId: string;
  [extension: string]: unknown;
};

/** The problem that a client is told, with the ids that lead to its trace and log lines. */
export function problemOf(
  error: DeepXRayError,
  ids: { requestId: string; traceId: string },
  extensions: Record<string, unknown> = {},
): Problem {
  const { status, title } = PROBLEMS[error.code];
  return { type: `/problems/${error.code}`, title, status, detail: error.message, ...ids, ...extensions };
}
