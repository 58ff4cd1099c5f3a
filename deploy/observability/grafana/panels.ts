/** The few kinds of panels that the dashboards are made of. */
import { ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };

type Query = { expr: string; legend?: string; exemplars?: boolean };

const query = ({ expr, legend = '', exemplars = false }: Query, index = 0) =>
  new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend)
    .exemplar(exemplars);

/** `what` says what to look for in it. */
export const chart = (title: string, what: string, unit: string, ...queries: Query[]) =>
  queries.reduce(
    (panel, each, index) => panel.withTarget(query(each, index)),
    new TimeseriesBuilder()
      .title(title)
      .description(what)
      .unit(unit)
      .min(0)
      .span(8)
      .height(8)
      .datasource(PROMETHEUS),
  );

export const figure = (title: string, what: string, unit: string, each: Query) =>
  new StatBuilder()
    .title(title)
    .description(what)
    .unit(unit)
    .span(4)
    .height(4)
    .datasource(PROMETHEUS)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(query(each));

type Panel = ReturnType<typeof chart> | ReturnType<typeof figure>;

/** `rows`: panels below the titles of their rows. */
export function dashboard(
  { uid, title, what, choices = [] }: { uid: string; title: string; what: string; choices?: Choice[] },
  rows: Record<string, Panel[]>,
): DashboardBuilder {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(what)
    .tags(['deepxray'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(1);
  for (const each of choices) builder.withVariable(each);
  for (const [heading, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(heading));
    for (const panel of panels) builder.withPanel(panel);
  }
  return builder;
}

type Choice = ReturnType<typeof choice>;

/** A choice of the values of a label. */
export const choice = (name: string, label: string, metric: string) =>
  new QueryVariableBuilder(name)
    .datasource(PROMETHEUS)
    .query(`label_values(${metric}, ${label})`)
    .refresh(2)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' });

/** Seconds below which `share` of what a histogram counts lies. */
export const quantile = (share: number, family: string, { where = '', by = '' } = {}): string =>
  `histogram_quantile(${share}, sum by (le${by ? `, ${by}` : ''}) (rate(${family}_bucket{${where}}[5m])))`;
