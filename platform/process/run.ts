/**
 * The life of every process: settings, logger, telemetry, the app, the admin port, signals. A role's
 * `main.ts` hands over its settings and its `startApp`; the rest is the same everywhere.
 */
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { Role } from '../telemetry/names.ts';
import { startTelemetry, type Telemetry } from '../telemetry/start.ts';
import type { Identity } from '../tls/identity.ts';
import { identityOfSettings } from '../tls/identity-of-settings.ts';
import { speakModernTlsOnly } from '../tls/modern-only.ts';
import { type AdminServer, startAdminServer } from './admin-server.ts';
import { commonSettings } from './common-settings.ts';
import { createLogger, type Logger } from './log.ts';
import { InvalidSettings, readSettings, type Settings, type ValuesOf } from './settings.ts';

export type Surroundings = {
  /** This process's name among its like. */
  instance: string;
  log: Logger;
  telemetry: Telemetry;
  /** Of this process within the mesh, where it has one: then nothing is sent in the clear. */
  identity: Identity | undefined;
};

export type App = {
  /** This process can serve; independent of other roles. */
  isHealthy(): boolean;
  /** Of a process that is told to end: serves on while whoever sends work here hears that it goes; then `stop`. */
  leave?(): Promise<void>;
  /** Takes no more work, finishes what it has (within the drain time), lets go of everything. */
  stop(): Promise<void>;
};

/** A stop that takes longer ends by force: Kubernetes would, and a person should not have to. */
const STOP_WITHIN_MS = 20_000;
/** A terminal signals the whole group and a launcher its children: the same wish twice, not "force". */
const SAME_WISH_WITHIN_MS = 1000;

export async function runProcess<S extends Settings & typeof commonSettings>(
  role: Role,
  settings: S,
  startApp: (values: ValuesOf<S>, surroundings: Surroundings) => Promise<App>,
): Promise<void> {
  requireRoleArgument(role);
  // biome-ignore lint/style/noProcessEnv: the one place that reads it, for every process.
  const values = orExit(() => readSettings(settings, process.env));
  const {
    instance: name,
    logLevel,
    otlpEndpoint,
    otlpTracesEndpoint,
    otlpMetricsEndpoint,
    metricsEveryMs,
    host,
    adminPort,
  } = values as ValuesOf<typeof commonSettings>;
  const instance = name ?? `${hostname()}-${process.pid}`;
  const log = createLogger(role, instance, logLevel);
  speakModernTlsOnly();
  const identity = orExit(() => meshIdentity(values as ValuesOf<typeof commonSettings>, log));
  const telemetry = await startTelemetry(role, instance, {
    traces: (otlpEndpoint ?? otlpTracesEndpoint) !== undefined,
    metrics: (otlpEndpoint ?? otlpMetricsEndpoint) !== undefined,
    metricsEveryMs,
    onSpans: (state) => log.warn({ state }, 'spans on their way to the collector'),
  });

  let app: App | undefined;
  let admin: AdminServer | undefined;
  let stoppingSince: number | undefined;
  const stop = async (why: string, exitCode: number) => {
    if (stoppingSince !== undefined) {
      if (why.startsWith('SIG') && Date.now() - stoppingSince > SAME_WISH_WITHIN_MS)
        process.exit(exitCode || 130);
      return;
    }
    stoppingSince = Date.now();
    log.info({ why }, 'stopping');
    // Who sits before a terminal does not wait for anyone to hear of it.
    if (why === 'SIGTERM') await app?.leave?.();
    setTimeout(() => {
      log.error('did not stop in time');
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    try {
      await app?.stop();
      await admin?.stop();
      await telemetry.stop();
    } catch (error) {
      log.error({ err: error }, 'stopping failed');
      process.exit(1);
    }
    log.info('stopped');
    process.exit(exitCode);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  // A launcher that was killed cannot stop its roles: they notice that their channel to it closed.
  process.on('disconnect', () => void stop('the launcher is gone', 0));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught');
    void stop('uncaught', 1);
  });
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    void stop('unhandled rejection', 1);
  });

  try {
    // Admin first: probes and people can tell "starting" from "not there".
    admin = await startAdminServer({
      host,
      port: adminPort,
      isHealthy: () => app?.isHealthy() ?? false,
      telemetry,
      identity,
    });
    app = await startApp(values, { instance, log, telemetry, identity });
    log.info({ adminPort: admin.port }, 'started');
    process.send?.('started');
  } catch (error) {
    if (error instanceof InvalidSettings) exitOf(error);
    log.fatal({ err: error }, 'could not start');
    await stop('could not start', 1);
  }
}

/** `--role=…` is how `ps`, `kill` and test harnesses find a process; a process without it is a mistake. */
function requireRoleArgument(role: Role): void {
  const { values } = parseArgs({ options: { role: { type: 'string' } }, strict: false });
  const given = typeof values.role === 'string' ? values.role : '';
  if (given.split(':')[0] === role) return;
  process.stderr.write(`start this process with --role=${role}${role === 'model-server' ? ':<pod>' : ''}\n`);
  process.exit(2);
}

const meshIdentity = ({ tlsCert, tlsKey, tlsCa }: ValuesOf<typeof commonSettings>, log: Logger) =>
  identityOfSettings(
    {
      cert: { setting: commonSettings.tlsCert, path: tlsCert },
      key: { setting: commonSettings.tlsKey, path: tlsKey },
      ca: { setting: commonSettings.tlsCa, path: tlsCa },
    },
    log,
    'certificate of the mesh',
  );

/** What a person has to mend is told without a stack. */
function orExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidSettings) exitOf(error);
    throw error;
  }
}

function exitOf(error: InvalidSettings): never {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
