/** The dashboards, from which `npm run dashboards` writes the JSON that Grafana provisions. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { models } from './models.ts';
import { nats } from './nats.ts';
import { oneRadiograph } from './one-radiograph.ts';
import { serviceOverview } from './service-overview.ts';

export const FOLDER = join(import.meta.dirname, 'dashboards');

export const DASHBOARDS: Record<string, () => DashboardBuilder> = {
  'service-overview': serviceOverview,
  'one-radiograph': oneRadiograph,
  models,
  nats,
};

export const jsonOf = (build: () => DashboardBuilder): string =>
  `${JSON.stringify(build().build(), null, 2)}\n`;

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, build] of Object.entries(DASHBOARDS)) {
    writeFileSync(join(FOLDER, `${name}.json`), jsonOf(build));
  }
}
