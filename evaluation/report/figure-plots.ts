/** Plots of figures with their intervals: by joint, by step, by pair of readers. */
import type { Figure } from '../figures/figure.ts';
import { definitionOf } from '../shown.ts';
import { renderPlot } from './render-plot.ts';
import { INK, MAIN } from './theme.ts';

/** A point and its interval for each group; `named` says what a group is called. */
export function groupsPlot(
  name: string,
  figures: readonly Figure[],
  named: (group: string) => string,
  title?: string,
): Promise<string> {
  const [first] = figures;
  const { title: known, unit } = first ? definitionOf(first) : { title: '', unit: 'plain' as const };
  const values = figures
    .filter(({ value }) => value !== null)
    .map(({ group, value, low, high }) => ({
      group: named(group),
      value,
      low: low ?? value,
      high: high ?? value,
    }));
  const format = unit === 'share' ? '~%' : '.3~f';
  return renderPlot(name, `${title ?? known}, with 95 % intervals`, {
    data: { values },
    width: 300,
    height: { step: 20 },
    encoding: {
      y: { field: 'group', type: 'nominal', sort: null, title: null },
    },
    layer: [
      {
        mark: { type: 'rule', color: MAIN, strokeWidth: 2 },
        encoding: {
          x: {
            field: 'low',
            type: 'quantitative',
            scale: { zero: false },
            axis: { format },
            title: title ?? known,
          },
          x2: { field: 'high' },
        },
      },
      {
        mark: { type: 'point', filled: true, color: MAIN, size: 50, opacity: 1 },
        encoding: { x: { field: 'value', type: 'quantitative' } },
      },
    ],
  });
}

/** Bars from 0, for what adds up. */
export function lossPlot(name: string, losses: readonly { step: string; figure: Figure }[]): Promise<string> {
  const values = losses.flatMap(({ step, figure: { value, low, high } }) =>
    value === null ? [] : [{ step, value, low: low ?? value, high: high ?? value }],
  );
  return renderPlot(name, 'Accuracy that each step loses', {
    data: { values },
    width: 360,
    height: { step: 34 },
    encoding: { y: { field: 'step', type: 'nominal', sort: null, title: null } },
    layer: [
      {
        mark: { type: 'bar', color: MAIN, height: 16 },
        encoding: {
          x: {
            field: 'value',
            type: 'quantitative',
            axis: { format: '.1%' },
            title: 'accuracy end to end that is lost, of all graded joints',
          },
        },
      },
      {
        mark: { type: 'rule', color: INK, strokeWidth: 1.5 },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
    ],
  });
}

/** How many films took how long to their first and last joint. */
export function timesPlot(
  name: string,
  times: readonly { firstJoint?: number; last: number }[],
): Promise<string> {
  const values = times.flatMap(({ firstJoint, last }) => [
    ...(firstJoint === undefined ? [] : [{ what: 'first joint', seconds: firstJoint / 1000 }]),
    { what: 'last joint', seconds: last / 1000 },
  ]);
  return renderPlot(name, 'Seconds to the first and last joint', {
    data: { values },
    width: 360,
    height: 180,
    mark: { type: 'area', interpolate: 'step', opacity: 0.55 },
    encoding: {
      x: { field: 'seconds', type: 'quantitative', bin: { maxbins: 40 }, title: 'seconds from sending' },
      y: { aggregate: 'count', type: 'quantitative', stack: null, title: 'films' },
      color: { field: 'what', type: 'nominal', title: null },
    },
  });
}
