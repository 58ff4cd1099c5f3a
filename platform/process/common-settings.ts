/** The settings that every process has. */
import { choice, flag, integer, optionalText, port, REQUIRE_SECURITY, text } from './settings.ts';

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
    'OpenTelemetry collector (OTLP over HTTP) that spans and metrics are sent to; none if absent',
  ),
  otlpTracesEndpoint: optionalText(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'the same for spans alone: the whole URL, with its /v1/traces',
  ),
  otlpMetricsEndpoint: optionalText(
    'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    'the same for metrics alone: the whole URL, with its /v1/metrics',
  ),
  metricsEveryMs: integer(
    'OTEL_METRIC_EXPORT_INTERVAL',
    60_000,
    { min: 100, max: 3_600_000 },
    'milliseconds between two exports of metrics by OTLP; /metrics answers at any time',
  ),
  requireSecurity: flag(REQUIRE_SECURITY, 'refuse to start while anything is open: see docs/security.md'),
  tlsCert: optionalText(
    'DEEPXRAY_TLS_CERT',
    "PEM file of this process's certificate within the mesh, its DNS name its role; read anew when it changes",
    { closes: 'what goes to and from other processes can be read' },
  ),
  tlsKey: optionalText('DEEPXRAY_TLS_KEY', 'PEM file of the key to it', {
    closes: 'its certificate cannot be used',
  }),
  tlsCa: optionalText(
    'DEEPXRAY_TLS_CA',
    "PEM file of the authority (or several) that signs the mesh's certificates, and nobody else's",
    { closes: 'anybody can pose as another process' },
  ),
};

export const busSettings = {
  natsUrl: {
    ...text('DEEPXRAY_NATS_URL', 'nats://127.0.0.1:4222', 'the nats-server, or several, separated by commas'),
    secret: true,
  },
};
