/** Plots of answers against what is true: matrices, totals, limits of agreement. */
import type { Change, HandVisit } from '../figures/patients.ts';
import type { ConfusionMatrix } from '../statistics/confusion-matrix.ts';
import { limitsOfAgreement } from '../statistics/paired-measurements.ts';
import { Undefined } from '../statistics/statistic.ts';
import { renderPlot } from './render-plot.ts';
import { INK, MAIN, OTHER } from './theme.ts';

/** Cells coloured by the share of their column: what happens to films or joints that are truly so. */
export function matrixPlot(
  name: string,
  matrix: ConfusionMatrix,
  labels: readonly string[],
): Promise<string> {
  const totals = labels.map((_, column) => matrix.reduce((sum, row) => sum + row[column]!, 0));
  const values = matrix.flatMap((row, predicted) =>
    row.map((count, actual) => ({
      predicted: labels[predicted],
      actual: labels[actual],
      count,
      share: totals[actual] ? count / totals[actual] : 0,
    })),
  );
  const side = Math.max(44, 264 / labels.length);
  return renderPlot(name, 'Confusion matrix, answered against true', {
    data: { values },
    width: side * labels.length,
    height: Math.min(44, side) * labels.length,
    encoding: {
      x: {
        field: 'actual',
        type: 'nominal',
        sort: null,
        title: 'reference',
        axis: { orient: 'top', labelAngle: 0, domain: false, ticks: false },
      },
      y: {
        field: 'predicted',
        type: 'nominal',
        sort: null,
        title: 'answered',
        axis: { domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: '#fff', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 1], range: ['#eef3f8', MAIN] },
            legend: { title: 'of its column', format: '.0%', gradientLength: 90 },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 12 },
        encoding: {
          text: { field: 'count', type: 'quantitative', format: ',d' },
          color: { condition: { test: 'datum.share > 0.55', value: '#fff' }, value: INK },
        },
      },
    ],
  });
}

/** Answered against reference, with the line where both are equal. */
export function totalsPlot(
  name: string,
  pairs: readonly Pick<HandVisit | Change, 'answered' | 'reference'>[],
  what: string,
): Promise<string> {
  const all = pairs.flatMap(({ answered, reference }) => [answered, reference]);
  const [least, most] = [Math.min(0, ...all), Math.max(1, ...all)];
  return renderPlot(name, `${what}: system against reference`, {
    width: 280,
    height: 280,
    layer: [
      {
        data: { values: [least, most].map((at) => ({ at })) },
        mark: { type: 'line', color: INK, strokeDash: [4, 3], strokeWidth: 1 },
        encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'at', type: 'quantitative' } },
      },
      {
        data: { values: [...pairs] },
        mark: { type: 'circle', color: MAIN, opacity: 0.45, size: 36 },
        encoding: {
          x: { field: 'reference', type: 'quantitative', title: `${what}, reference` },
          y: { field: 'answered', type: 'quantitative', title: `${what}, system` },
        },
      },
    ],
  });
}

/** Bland & Altman 1986: difference against mean, with bias and limits of agreement. */
export function blandAltmanPlot(name: string, visits: readonly HandVisit[]): Promise<string> {
  const limits = limitsOfAgreement(
    visits.map(({ answered }) => answered),
    visits.map(({ reference }) => reference),
  );
  const lines = limits instanceof Undefined ? [] : Object.entries(limits).map(([line, at]) => ({ line, at }));
  return renderPlot(name, 'Bland–Altman plot of the totals', {
    width: 360,
    height: 280,
    layer: [
      {
        data: {
          values: visits.map(({ answered, reference }) => ({
            mean: (answered + reference) / 2,
            apart: answered - reference,
          })),
        },
        mark: { type: 'circle', color: MAIN, opacity: 0.45, size: 36 },
        encoding: {
          x: { field: 'mean', type: 'quantitative', title: 'mean of system and reference' },
          y: { field: 'apart', type: 'quantitative', title: 'system − reference' },
        },
      },
      {
        data: { values: lines },
        mark: { type: 'rule', color: OTHER, strokeWidth: 1.5 },
        encoding: {
          y: { field: 'at', type: 'quantitative' },
          strokeDash: {
            field: 'line',
            type: 'nominal',
            legend: null,
            scale: {
              domain: ['bias', 'lower', 'upper'],
              range: [
                [1, 0],
                [5, 3],
                [5, 3],
              ],
            },
          },
        },
      },
      {
        data: { values: lines },
        mark: { type: 'text', align: 'right', dy: -6, dx: -2, color: OTHER, fontSize: 11 },
        encoding: {
          x: { value: 360 },
          y: { field: 'at', type: 'quantitative' },
          text: { field: 'at', type: 'quantitative', format: '.2f' },
        },
      },
    ],
  });
}
