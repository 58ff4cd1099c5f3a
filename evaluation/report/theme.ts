/** One look for page and plots; colours that eyes with fewer cones and printers without ink tell apart. */
import type { Config } from 'vega-lite';

export const INK = '#1b2430';
export const MUTED = '#5d6b7a';
export const LINE = '#d5dce3';
export const PAPER = '#ffffff';
/** The system's. */
export const MAIN = '#1f5fa8';
/** What it is held against. */
export const OTHER = '#c8641b';
export const FONT = 'system-ui, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif';

export const PLOT_CONFIG: Config = {
  background: 'transparent',
  font: FONT,
  axis: {
    labelColor: INK,
    titleColor: MUTED,
    titleFontWeight: 'normal',
    gridColor: LINE,
    domainColor: MUTED,
    tickColor: MUTED,
    labelFontSize: 11,
    titleFontSize: 11,
  },
  legend: {
    labelColor: INK,
    titleColor: MUTED,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 11,
  },
  view: { stroke: LINE },
  range: { category: [MAIN, OTHER, '#4b8b3b', '#8a5aa8', '#7a7a7a'] },
};
