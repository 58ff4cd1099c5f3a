/** Prints the recording rules and the alerts as the Prometheus operator takes them: `npm run rules:k8s`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const FILES = ['recording.yml', 'alerts.yml'];

type Group = { name: string; rules: object[] };

export function operatorRules(): string {
  const all = FILES.flatMap((file) => {
    const path = join(import.meta.dirname, 'rules', file);
    return (parse(readFileSync(path, 'utf8')) as { groups: Group[] }).groups;
  });
  // In one object no two groups may have the same name; what alerts look at is recorded before them.
  const groups = [...Map.groupBy(all, ({ name }) => name)].map(([name, same]) => ({
    name,
    rules: same.flatMap(({ rules }) => rules),
  }));
  const rules = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'deepxray', namespace: 'deepxray' },
    spec: { groups },
  };
  return `# Printed by \`npm run rules:k8s\` from deploy/observability/prometheus/rules/.\n${stringify(rules, { lineWidth: 0 })}`;
}

if (import.meta.main) process.stdout.write(operatorRules());
