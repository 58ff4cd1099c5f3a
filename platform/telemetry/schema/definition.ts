/** What a definition of the schema says of a name. */

export type Attribute = {
  key: string;
  doc: string;
  /** All that it may be, where that is a closed list. */
  values?: readonly string[];
  /** Why a metric may carry it although its values are no closed list: what bounds them. */
  boundedBy?: string;
};

export type Metric = {
  name: string;
  kind: 'histogram' | 'counter' | 'gauge' | 'observed counter';
  /** UCUM: seconds, bytes, a share of 1; things counted stand in braces. */
  unit: 's' | 'By' | '1' | `{${string}}`;
  doc: string;
  /** Keys of ATTRIBUTES: the labels. */
  labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
  /** Who emits it; all processes if absent. */
  by?: readonly string[];
};
