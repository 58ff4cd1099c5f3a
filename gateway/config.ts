import { accessSettings } from '#platform/access/settings.ts';
import { commonSettings } from '#platform/process/common-settings.ts';
import { integer, optionalText, port, text } from '#platform/process/settings.ts';

export const settings = {
  ...commonSettings,
  ...accessSettings,
  httpPort: port('DEEPXRAY_HTTP_PORT', 8080, 'where REST is served'),
  httpTlsCert: optionalText(
    'DEEPXRAY_HTTP_TLS_CERT',
    'PEM file of the certificate, with its chain, that clients see: REST is then HTTPS; read anew when it changes',
    { closes: 'radiographs and scores can be read on their way' },
  ),
  httpTlsKey: optionalText('DEEPXRAY_HTTP_TLS_KEY', 'PEM file of the key to it', {
    closes: 'that certificate cannot be used',
  }),
  orchestrator: text(
    'DEEPXRAY_ORCHESTRATOR',
    '127.0.0.1:50051',
    'the orchestrator, host:port; dns:///name:port shares the calls out among all that the name has',
  ),
  maxInFlight: integer(
    'DEEPXRAY_MAX_IN_FLIGHT',
    32,
    { min: 1, max: 10_000 },
    'scorings in hand at once; above it requests are refused at once',
  ),
  maxInFlightPerClient: integer(
    'DEEPXRAY_MAX_IN_FLIGHT_PER_CLIENT',
    24,
    { min: 1, max: 10_000 },
    'scorings in hand at once for one client address, so that one that floods leaves places to the others',
  ),
  maxUploadBytes: integer(
    'DEEPXRAY_MAX_UPLOAD_BYTES',
    32 * 1024 * 1024,
    { min: 1024, max: 512 * 1024 * 1024 },
    'largest file',
  ),
  leaveMs: integer(
    'DEEPXRAY_LEAVE_MS',
    0,
    { min: 0, max: 300_000 },
    'milliseconds for which it serves on after SIGTERM, no longer healthy, and has clients leave with each answer; in a pod, what endpoints and load balancers take to forget it',
  ),
  trustedProxies: optionalText(
    'DEEPXRAY_TRUSTED_PROXIES',
    'addresses or CIDR blocks, separated by commas, of proxies whose X-Forwarded-For names the client; none if absent',
  ),
};
