/** Prints docs/settings.md from the settings that the processes declare: `npm run settings`. */
import { join } from 'node:path';
import { settings as gateway } from '../gateway/config.ts';
import { settings as launcher } from '../launcher/config.ts';
import { settings as bodyPart } from '../model-servers/body-part/config.ts';
import { settings as jointExtraction } from '../model-servers/joint-extraction/config.ts';
import { settings as jointScoring } from '../model-servers/joint-scoring/config.ts';
import { settings as modelServer } from '../model-servers/server/config.ts';
import { settings as orchestrator } from '../orchestrator/config.ts';
import { accessSettings } from '../platform/access/settings.ts';
import { busSettings, commonSettings } from '../platform/process/common-settings.ts';
import type { Setting, Settings } from '../platform/process/settings.ts';
import { settings as probe } from '../probe/config.ts';

const SHARED = new Set(
  [commonSettings, busSettings, accessSettings].flatMap((settings) =>
    Object.values<Setting<unknown>>(settings).map(({ env }) => env),
  ),
);
const ROOT = join(import.meta.dirname, '..');

const rows = (settings: Settings) =>
  Object.values(settings).map(({ env, fallback, doc }) => {
    const shown = fallback === undefined || fallback === '' ? '' : `\`${fallback.replace(`${ROOT}/`, '')}\``;
    return `| \`${env}\` | ${shown} | ${doc} |`;
  });

const table = (title: string, settings: Settings) =>
  [`## ${title}`, '', '| variable | default | meaning |', '| --- | --- | --- |', ...rows(settings), ''].join(
    '\n',
  );

/** Those of a process alone. */
const own = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, { env }]) => !SHARED.has(env)));

export const settingsPage = (): string =>
  [
    '# Settings',
    '',
    'Environment variables. A process that cannot start says every problem at once. This page is printed by',
    '`npm run settings` from where they are declared. Standard `OTEL_*` variables of OpenTelemetry hold too.',
    '',
    table('`npm start`, `npm run demo`', launcher),
    table('Every process', commonSettings),
    table('Every process on NATS', busSettings),
    table('Who may ask: gateway and orchestrator', accessSettings),
    table('gateway', own(gateway)),
    table('orchestrator', own(orchestrator)),
    table('body-part sidecar', own(bodyPart)),
    table('joint-extraction sidecar', own(jointExtraction)),
    table('joint-scoring sidecar', own(jointScoring)),
    table('model server', own(modelServer)),
    table('`npm run probe`', own(probe)),
  ].join('\n');

if (import.meta.main) process.stdout.write(settingsPage());
