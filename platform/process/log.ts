/** Structured logs, one JSON object a line, each with the trace, the request and the correlation id that it belongs to. */
import { trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import { logIds } from '../telemetry/log-context.ts';

export type { Logger };

export const createLogger = (service: string, instance: string, level: string): Logger =>
  pino(
    {
      level,
      base: { service, instance },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin() {
        const span = trace.getActiveSpan()?.spanContext();
        return { ...(span ? { traceId: span.traceId, spanId: span.spanId } : {}), ...logIds() };
      },
    },
    // Written at once: the buffered form, flushing at exit, tries for ever when its reader was killed.
    pino.destination({ dest: 1, sync: true }),
  );

/** Of files that are read anew while the process runs. */
export function logReload(log: Logger, err: Error | undefined, what: string): void {
  if (err)
    log.warn({ err: err.message }, `${what}: changed, and cannot be used yet: what was read before holds`);
  else log.info(`${what}: read anew`);
}
