/** The settings that every process has. */
import { choice, optionalText, port, text } from './settings.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const commonSettings = {
  /** Names this process among its like, in logs, traces and reports. */
  instance: optionalText(
    'DEEPXRAY_INSTANCE',
    "this process's name among its like; host name and process id if absent",
  ),
  host: text('DEEPXRAY_HOST', '127.0.0.1', 'the address to listen on; 0.0.0.0 in a pod'),
  adminPort: port('DEEPXRAY_ADMIN_PORT', 9460, 'health (/livez, /healthz) and /metrics of this process'),
  logLevel: choice('DEEPXRAY_LOG_LEVEL', 'info', LOG_LEVELS, 'the least severe lines that are logged'),
  otlpEndpoint: optionalText(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OpenTelemetry collector (OTLP over HTTP) that spans are sent to; none if absent',
  ),
};

export const busSettings = {
  natsUrl: text(
    'DEEPXRAY_NATS_URL',
    'nats://127.0.0.1:4222',
    'the nats-server, or several, separated by commas',
  ),
};
