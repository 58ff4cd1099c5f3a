/** The ids that every log line of a piece of work carries, beside those of its trace. */
import { type Context, context, createContextKey } from '@opentelemetry/api';

export type LogIds = { requestId?: string; correlationId?: string };

const KEY = createContextKey('deepxray.log_ids');

/** `within` with these ids beside those that it has. */
export const withLogIds = (ids: LogIds, within: Context = context.active()): Context =>
  within.setValue(KEY, { ...(within.getValue(KEY) as LogIds | undefined), ...ids });

export const logIds = (): LogIds | undefined => context.active().getValue(KEY) as LogIds | undefined;
