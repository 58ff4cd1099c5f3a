/** Pieces of the page. Pure; everything that comes from outside is escaped here. */
import type { Figure } from '../figures/figure.ts';
import { definitionOf, shownInterval, shownValue } from '../shown.ts';
import { escapeHtml } from './render-plot.ts';

/** Markup that is safe as it stands. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = Html | string | number | undefined | Piece[];

/** Strings are escaped, Html is not, undefined is nothing. */
export const html = (strings: TemplateStringsArray, ...pieces: Piece[]): Html =>
  new Html(strings.map((text, at) => text + (at < pieces.length ? render(pieces[at]) : '')).join(''));

function render(piece: Piece): string {
  if (piece === undefined) return '';
  if (Array.isArray(piece)) return piece.map(render).join('');
  return piece instanceof Html ? piece.text : escapeHtml(String(piece));
}

export const section = (id: string, title: string, ...body: Piece[]): Html =>
  html`<section id="${id}"><h2>${title}</h2>${body}</section>`;

export const plot = (svg: string, caption: string, note?: string): Html =>
  html`<figure>${new Html(svg)}<figcaption><b>${caption}</b>${note === undefined ? '' : html` ${note}`}</figcaption></figure>`;

export const plots = (...all: (Html | undefined)[]): Html => html`<div class="plots">${all}</div>`;

/** One row a figure: name, value, interval, how many joints or films and patients. */
export const figureTable = (figures: readonly Figure[]): Html =>
  html`<table class="figures"><thead><tr><th>figure</th><th>value</th><th>95 % interval</th><th>n</th><th>patients</th><th>how</th></tr></thead><tbody>${figures.map(
    (figure) =>
      html`<tr${figure.value === null ? new Html(' class="undefined"') : ''}><th scope="row">${definitionOf(figure).title}</th><td>${shownValue(figure)}</td><td>${shownInterval(figure)}</td><td>${figure.n.toLocaleString('en')}</td><td>${figure.patients.toLocaleString('en')}</td><td class="how">${definitionOf(figure).formula}</td></tr>`,
  )}</tbody></table>`;

export const table = (head: readonly string[], rows: readonly (readonly Piece[])[]): Html =>
  html`<table><thead><tr>${head.map((cell) => html`<th>${cell}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
