/** Figures side by side for each side, joint type and joint. */
import { type Figure, findFigure } from '../figures/figure.ts';
import { definitionOf, shownInterval, shownValue } from '../shown.ts';
import { type Html, html, table } from './html.ts';

/** A row a group, a column a figure, each with its interval below. */
export function groupTable(
  figures: readonly Figure[],
  ids: readonly string[],
  named: (group: string) => string,
): Html {
  const groups = [...new Set(figures.filter(({ id }) => id === ids[0]).map(({ group }) => group))];
  const head = ids.map((id) => definitionOf({ id }).title);
  const rows = groups.map((group) => [
    named(group),
    findFigure(figures, ids[0]!, group)!.n.toLocaleString('en'),
    ...ids.map((id) => cellOf(findFigure(figures, id, group))),
  ]);
  return html`<div class="scroll">${table(['', 'n', ...head], rows)}</div>`;
}

const cellOf = (figure: Figure | undefined): Html =>
  figure === undefined || figure.value === null
    ? html`<span class="quiet">undefined</span>`
    : html`${shownValue(figure)}<br><span class="quiet">${shownInterval(figure)}</span>`;
