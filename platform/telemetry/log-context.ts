/** The ids that every log line of a piece of work carries, beside those of its trace. */
import { type Context, context, createContextKey } from '@opentelemetry/api';
import { isCorrelationId } from '../domain/correlation-id.ts';
import { isRequestId } from '../domain/request-id.ts';

export type LogIds = { requestId?: string; correlationId?: string };

const KEY = createContextKey('deepxray.log_ids');

/** `within` with these ids beside those that it has. */
export const withLogIds = (ids: LogIds, within: Context = context.active()): Context =>
  within.setValue(KEY, { ...(within.getValue(KEY) as LogIds | undefined), ...ids });

/** As they travel in gRPC metadata. */
export const LOG_ID_KEY = {
  requestId: 'x-request-id',
  correlationId: 'correlation-id',
} as const satisfies Record<keyof LogIds, string>;

/** Those of another process, as far as they are ids: they end up in log lines. */
export function readLogIds(header: (key: string) => string | undefined): LogIds {
  const requestId = header(LOG_ID_KEY.requestId);
  const correlationId = header(LOG_ID_KEY.correlationId);
  return {
    ...(isRequestId(requestId) ? { requestId } : {}),
    ...(isCorrelationId(correlationId) ? { correlationId } : {}),
  };
}

export const logIds = (): LogIds | undefined => context.active().getValue(KEY) as LogIds | undefined;
