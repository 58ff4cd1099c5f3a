/**
 * `npm run probe`: scores the golden hand again and again, and tells when its scores change, not only
 * when they fail. `--once`, as for a CronJob, ends with 0 if they are the same, 1 if there are none, 3 if
 * they changed.
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAdminServer } from '#platform/process/admin-server.ts';
import { createLogger, type Logger } from '#platform/process/log.ts';
import { InvalidSettings, readSettings } from '#platform/process/settings.ts';
import { startTelemetry } from '#platform/telemetry/start.ts';
import { settings } from './config.ts';
import { goldenHand } from './golden-hand.ts';
import { createProbe, type Probed } from './probe-once.ts';

const HELP = `npm run probe -- [--once]

Scores a synthetic hand, always the same, and compares the answer with the golden one.

  --once   a single time; ends with 0: the same, 1: not scored, 3: the scores changed

${Object.values(settings)
  .map(({ env, fallback, doc }) => `  ${env.padEnd(36)} ${(fallback ?? '').padEnd(22)} ${doc}`)
  .join('\n')}`;

const EXIT_CODE = { same: 0, recorded: 0, failed: 1, changed: 3 } as const satisfies Record<
  Probed['kind'],
  number
>;

const { values: options } = parseArgs({ options: { once: { type: 'boolean' }, help: { type: 'boolean' } } });
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const values = (() => {
  try {
    return readSettings(settings, process.env);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
})();

const instance = values.instance ?? `${hostname()}-${process.pid}`;
const log = createLogger('probe', instance, values.logLevel);
const telemetry = await startTelemetry('probe', instance, {
  traces: (values.otlpEndpoint ?? values.otlpTracesEndpoint) !== undefined,
  metrics: (values.otlpEndpoint ?? values.otlpMetricsEndpoint) !== undefined,
  metricsEveryMs: values.metricsEveryMs,
  onSpans: (state) => log.warn({ state }, 'spans on their way to the collector'),
});
const probe = createProbe({
  gateway: values.gateway,
  token: values.token,
  film: await goldenHand(),
  goldenFile: values.golden,
});

if (options.once) {
  const probed = await probe();
  tell(probed, log);
  await telemetry.stop();
  process.exit(EXIT_CODE[probed.kind]);
}

const admin = await startAdminServer({
  host: values.host,
  port: values.adminPort,
  isHealthy: () => true,
  telemetry,
});
log.info({ adminPort: admin.port }, 'started');
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
while (!stopping.signal.aborted) {
  tell(await probe(), log);
  await delay(values.everyS * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
}
await admin.stop();
await telemetry.stop();
process.exit(0);

function tell({ kind, ...news }: Probed, to: Logger): void {
  if (kind === 'same' || kind === 'recorded') to.info(news, `the golden hand's scores: ${kind}`);
  else
    to.error(
      news,
      kind === 'changed' ? "the golden hand's scores changed" : 'the golden hand was not scored',
    );
}
