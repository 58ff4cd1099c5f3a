/**
 * Every metric, in one place: instruments are made from it, docs/telemetry.md is printed from it, and a
 * test holds it against what a running mesh and the dashboards name.
 */
import type { Metric } from './definition.ts';
import { HOPS } from './metrics/hops.ts';
import { PROBE } from './metrics/probe.ts';
import { PROCESS } from './metrics/process.ts';
import { SCORING } from './metrics/scoring.ts';
import { STEPS_AND_MODELS } from './metrics/steps-and-models.ts';

export const METRICS = { ...SCORING, ...STEPS_AND_MODELS, ...HOPS, ...PROCESS, ...PROBE } as const;

export type MetricName = keyof typeof METRICS;

type NamesOf<K extends Metric['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];
export type HistogramName = NamesOf<'histogram'>;
export type CounterName = NamesOf<'counter'>;
export type ObservedName = NamesOf<'gauge' | 'observed counter'>;
