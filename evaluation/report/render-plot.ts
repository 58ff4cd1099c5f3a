/** A Vega-Lite specification as an SVG that can stand in a page beside others. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { PLOT_CONFIG } from './theme.ts';

/** `name` keeps the plot's ids apart from other plots'; `description` is read aloud in place of the picture. */
export async function renderPlot(name: string, description: string, spec: TopLevelSpec): Promise<string> {
  const { spec: compiled } = compile(spec, { config: PLOT_CONFIG });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    return svg
      .replaceAll(/\bid="([^"]+)"/g, `id="${name}-$1"`)
      .replaceAll(/url\(#([^)]+)\)/g, `url(#${name}-$1)`)
      .replace(/<svg /, `<svg role="img" aria-label="${escapeHtml(description)}" `);
  } finally {
    view.finalize();
  }
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
