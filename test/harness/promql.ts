/** What the dashboards and rules name: as far as they are written here, not all of PromQL. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const FOLDER = join(import.meta.dirname, '..', '..', 'deploy', 'observability');

export type Query = { where: string; expr: string; legend: string };

type Panel = { type: string; title: string; targets?: { expr: string; legendFormat?: string }[] };

export function dashboardQueries(): Query[] {
  const folder = join(FOLDER, 'grafana', 'dashboards');
  return readdirSync(folder).flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { panels: Panel[] };
    return panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat = '' }) => ({
        where: `${file}: ${title}`,
        // Grafana's variables stand for all.
        expr: expr.replaceAll(/\$\w+/g, '.*'),
        legend: legendFormat,
      })),
    );
  });
}

/** The choices above the panels: labels whose values they list, and the metrics that have them. */
export function dashboardChoices(): { where: string; metric: string; label: string }[] {
  const folder = join(FOLDER, 'grafana', 'dashboards');
  return readdirSync(folder).flatMap((file) => {
    type Templating = { templating: { list?: { name: string; query: string }[] } };
    const { templating } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Templating;
    return (templating.list ?? []).map(({ name, query }) => {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      if (!metric || !label)
        throw new Error(`${file}: the choice ${name} is no list of label values: ${query}`);
      return { where: `${file}: $${name}`, metric, label };
    });
  });
}

type Rule = { record?: string; alert?: string; expr: string };

export function ruleQueries(): { queries: Query[]; recorded: string[] } {
  const rules = ['recording.yml', 'alerts.yml'].flatMap((file) => {
    const path = join(FOLDER, 'prometheus', 'rules', file);
    return (parse(readFileSync(path, 'utf8')).groups as { rules: Rule[] }[]).flatMap((group) => group.rules);
  });
  return {
    queries: rules.map(({ record, alert, expr }) => ({ where: (record ?? alert)!, expr, legend: '' })),
    recorded: rules.flatMap(({ record }) => record ?? []),
  };
}

const WORDS = new Set([
  'sum',
  'max',
  'min',
  'by',
  'rate',
  'increase',
  'changes',
  'or',
  'and',
  'vector',
  'histogram_quantile',
]);

/** Metrics, and the labels that are matched, grouped by or shown. */
export function namesIn({ expr, legend }: Query): { metrics: string[]; labels: string[] } {
  const labels = [
    ...[...expr.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label!),
    ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) =>
      list!.split(',').map((one) => one.trim()),
    ),
    ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!),
  ];
  const bare = expr
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\bby \([^)]*\)/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ');
  const metrics = [...bare.matchAll(/[a-zA-Z_][\w:]*/g)]
    .map(([word]) => word)
    .filter((word) => !WORDS.has(word));
  return { metrics, labels };
}
