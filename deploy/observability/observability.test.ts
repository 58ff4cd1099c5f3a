import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settings } from '../../launcher/config.ts';
import { planRoles } from '../../launcher/plan.ts';
import { readSettings } from '../../platform/process/settings.ts';
import { ATTRIBUTES } from '../../platform/telemetry/schema/attributes.ts';
import { settings as probe } from '../../probe/config.ts';
import { DASHBOARDS, FOLDER, jsonOf } from './grafana/dashboards.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const yaml = (name: string) => parse(read(name));

type Rule = { alert?: string; annotations: { runbook: string } };
const alerts = (yaml('prometheus/rules/alerts.yml').groups as { rules: Rule[] }[]).flatMap(
  ({ rules }) => rules,
);

test('the dashboards are those that their sources make (npm run dashboards writes them anew)', () => {
  for (const [name, build] of Object.entries(DASHBOARDS)) {
    expect(readFileSync(join(FOLDER, `${name}.json`), 'utf8'), name).toBe(jsonOf(build));
  }
});

type Panel = {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { uid: string };
  targets?: { refId: string; datasource: { uid: string } }[];
};
type Dashboard = {
  uid: string;
  panels: Panel[];
  templating: { list?: { datasource: { uid: string } }[] };
};
const dashboards = () =>
  Object.keys(DASHBOARDS).map((name) => JSON.parse(read(`grafana/dashboards/${name}.json`)) as Dashboard);

test('each panel stands in a place of its own on the page', () => {
  for (const { uid, panels } of dashboards()) {
    for (const [index, one] of panels.entries()) {
      expect(one.gridPos.x + one.gridPos.w, `${uid}: ${one.title}`).toBeLessThanOrEqual(24);
      for (const other of panels.slice(index + 1)) {
        const [a, b] = [one.gridPos, other.gridPos];
        const overlap = a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
        expect(overlap, `${uid}: ${one.title} over ${other.title}`).toBe(false);
      }
    }
  }
});

test('each query has a name of its own in its panel, and goes to a source that Grafana is given', () => {
  type Source = { uid: string; jsonData?: { exemplarTraceIdDestinations: { datasourceUid: string }[] } };
  const sources: Source[] = yaml('grafana/provisioning/datasources/deepxray.yaml').datasources;
  const given = sources.map(({ uid }) => uid);
  for (const { panels, templating } of dashboards()) {
    const targets = panels.flatMap((panel) => panel.targets ?? []);
    for (const { datasource } of [...targets, ...(templating.list ?? [])])
      expect(given).toContain(datasource.uid);
    for (const { targets: queries = [] } of panels) {
      expect(new Set(queries.map(({ refId }) => refId)).size).toBe(queries.length);
    }
  }
  // Dots on charts lead to traces there.
  for (const { jsonData } of sources) {
    for (const { datasourceUid } of jsonData?.exemplarTraceIdDestinations ?? [])
      expect(given).toContain(datasourceUid);
  }
});

test('no two dashboards share an address', () => {
  const uids = dashboards().map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
});

test('the collector lets through the attributes of the schema and no others', () => {
  const allowed: string[] = yaml('collector/config.yaml').processors.redaction.allowed_keys;
  const known = Object.values(ATTRIBUTES).map(({ key }) => key);
  expect([...allowed].sort()).toEqual([...known].sort());
});

test('each alert has a runbook to open and a unit test that sees it fire', () => {
  const runbooks = read('runbooks.md');
  const sections = [...runbooks.matchAll(/^## (\w+)$/gm)].map(
    ([, name]) => `runbooks.md#${name!.toLowerCase()}`,
  );
  type Tested = { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] };
  const fired = ['alerts', 'alerts-of-days']
    .flatMap((file) => yaml(`prometheus/rules/${file}.test.yml`).tests as Tested[])
    .flatMap((one) => one.alert_rule_test)
    .filter(({ exp_alerts }) => exp_alerts.length > 0)
    .map(({ alertname }) => alertname);
  expect(alerts.length).toBeGreaterThan(0);
  for (const { alert, annotations } of alerts) {
    expect(sections).toContain(annotations.runbook);
    expect(fired).toContain(alert);
  }
});

test('Prometheus asks every process where npm start puts it, by its role', () => {
  const roles = planRoles(readSettings(settings, {}), '/run');
  const planned = roles.map(
    ({ role, environment }) => `${role.split(':')[0]} ${environment.DEEPXRAY_ADMIN_PORT}`,
  );
  planned.push(`probe ${probe.adminPort.fallback}`);
  type Job = { job_name: string; static_configs: { targets: string[] }[] };
  const asked = (yaml('prometheus/prometheus.yml').scrape_configs as Job[]).flatMap(
    ({ job_name, static_configs }) =>
      static_configs.flatMap(({ targets }) => targets.map((target) => `${job_name} ${target.split(':')[1]}`)),
  );
  expect(asked.sort()).toEqual(planned.sort());
});
