/** Prints the tables of docs/telemetry.md from the schema: `npm run telemetry-docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWN_ATTRIBUTES, STANDARD_ATTRIBUTES } from '../platform/telemetry/schema/attributes.ts';
import type { Attribute, Metric } from '../platform/telemetry/schema/definition.ts';
import { METRICS } from '../platform/telemetry/schema/metrics.ts';
import { prometheusFamily, prometheusLabel } from '../platform/telemetry/schema/prometheus-name.ts';
import { SPANS } from '../platform/telemetry/schema/spans.ts';

const PAGE = join(import.meta.dirname, 'telemetry.md');
const BEGIN = '<!-- from here on printed from platform/telemetry/schema by `npm run telemetry-docs` -->';

const code = (text: string) => `\`${text}\``;
const row = (...cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: string[], rows: string[][]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

const attributeRows = (attributes: Record<string, Attribute>) =>
  Object.values(attributes).map(({ key, doc, values }) => [
    code(key),
    values ? `${doc}: ${values.join(', ')}` : doc,
  ]);

const metricRows = Object.values(METRICS).map((metric: Metric) => [
  code(metric.name),
  code(prometheusFamily(metric)),
  metric.kind,
  metric.labels.map((key) => code(prometheusLabel(key))).join(' '),
  metric.by?.join(', ') ?? 'all',
  metric.doc,
]);

const tables = (): string =>
  [
    BEGIN,
    '',
    '## Spans',
    '',
    table(
      ['span', 'kind', 'by', 'what it is'],
      SPANS.map(({ name, kind, by, doc }) => [code(name), kind, by.join(', '), doc]),
    ),
    '',
    '## Metrics',
    '',
    'By OTLP under the first name; at `/metrics` under the second, with `_bucket`, `_count` and `_sum` of a',
    'histogram and `_total` of a counter.',
    '',
    table(['metric', 'for Prometheus', 'kind', 'labels', 'by', 'what it counts'], metricRows),
    '',
    '## Attributes of ours',
    '',
    table(['attribute', 'what it says'], attributeRows(OWN_ATTRIBUTES)),
    '',
    "## Attributes of OpenTelemetry's conventions",
    '',
    table(['attribute', 'what it says'], attributeRows(STANDARD_ATTRIBUTES)),
    '',
  ].join('\n');

/** The page as it should be: what people wrote, then the tables. */
export const telemetryPage = (written: string): string => `${written.split(BEGIN)[0]}${tables()}`;

if (import.meta.main) writeFileSync(PAGE, telemetryPage(readFileSync(PAGE, 'utf8')));
