/** Plots of what the models' probabilities are worth: calibration, ranking, abstaining. */
import type { CoveragePoint } from '../figures/body-part.ts';
import { calibrationBins } from '../statistics/calibration.ts';
import { ranking } from '../statistics/ranking.ts';
import { renderPlot } from './render-plot.ts';
import { INK, MAIN } from './theme.ts';

const SIDE = 260;
const unitScale = { domain: [0, 1] };
const diagonal = {
  data: { values: [{ at: 0 }, { at: 1 }] },
  mark: { type: 'line' as const, color: INK, strokeDash: [4, 3], strokeWidth: 1 },
  encoding: {
    x: { field: 'at', type: 'quantitative' as const },
    y: { field: 'at', type: 'quantitative' as const },
  },
};

/** Bars say how many joints a bin holds; points on the line say that probabilities can be taken at their word. */
export function calibrationPlot(
  name: string,
  probabilities: number[],
  isPositive: number[],
): Promise<string> {
  const bins = calibrationBins(probabilities, isPositive);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  return renderPlot(name, 'Calibration of the probability of erosion', {
    width: SIDE,
    height: SIDE,
    layer: [
      {
        data: { values: bins.map((bin) => ({ ...bin, height: (0.25 * bin.count) / most })) },
        mark: { type: 'rect', color: '#dfe7ef' },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            scale: unitScale,
            title: 'predicted chance of erosion > 0',
          },
          x2: { field: 'to' },
          y: { field: 'height', type: 'quantitative' },
          y2: { datum: 0 },
        },
      },
      diagonal,
      {
        data: { values: bins },
        mark: { type: 'line', color: MAIN, point: { color: MAIN, size: 40 } },
        encoding: {
          x: { field: 'meanProbability', type: 'quantitative' },
          y: { field: 'observed', type: 'quantitative', scale: unitScale, title: 'share that is eroded' },
        },
      },
    ],
  });
}

export function rocPlot(name: string, scores: number[], isPositive: number[]): Promise<string> {
  const { cuts, positives, negatives } = ranking(scores, isPositive);
  const points = [
    { alarms: 0, hits: 0, order: 0 },
    ...cuts.map(({ truePositives, falsePositives }, at) => ({
      alarms: falsePositives / Math.max(1, negatives),
      hits: truePositives / Math.max(1, positives),
      order: at + 1,
    })),
  ];
  return renderPlot(name, 'ROC curve for erosion above 0', {
    width: SIDE,
    height: SIDE,
    layer: [
      diagonal,
      {
        data: { values: thinned(points) },
        mark: { type: 'line', color: MAIN },
        encoding: {
          x: { field: 'alarms', type: 'quantitative', scale: unitScale, title: '1 − specificity' },
          y: { field: 'hits', type: 'quantitative', scale: unitScale, title: 'sensitivity' },
          order: { field: 'order', type: 'quantitative' },
        },
      },
    ],
  });
}

/** What is right among the films that the model is surest of, from few to all. */
export function coveragePlot(name: string, curve: CoveragePoint[]): Promise<string> {
  const least = Math.min(0.95, ...curve.map(({ accuracy }) => accuracy));
  return renderPlot(name, 'Accuracy of the body part against coverage', {
    width: 360,
    height: 220,
    data: { values: thinned(curve) },
    mark: {
      type: 'line',
      color: MAIN,
      interpolate: 'step-after',
      point: curve.length < 40 ? { color: MAIN } : false,
    },
    encoding: {
      x: {
        field: 'coverage',
        type: 'quantitative',
        scale: unitScale,
        axis: { format: '.0%' },
        title: 'share of films that are answered, surest first',
      },
      y: {
        field: 'accuracy',
        type: 'quantitative',
        scale: { domain: [least, 1] },
        axis: { format: '.1%' },
        title: 'named rightly',
      },
    },
  });
}

const MOST_POINTS = 600;

/** Thousands of points are megabytes of path that no eye tells from hundreds. */
function thinned<T>(points: T[]): T[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
}
