/** The page's style: read on a screen, printed on A4. */
import { FONT, INK, LINE, MAIN, MUTED, PAPER } from './theme.ts';

export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 68rem; background: ${PAPER}; color: ${INK}; font: 15px/1.5 ${FONT}; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; padding-bottom: .25rem; border-bottom: 2px solid ${MAIN}; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { margin: .4rem 0; max-width: 52rem; }
.quiet, figcaption, .how { color: ${MUTED}; }
.warning { border-left: 4px solid #c8641b; background: #fdf3ea; padding: .5rem .8rem; margin: .6rem 0; max-width: 52rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .7rem; margin: 1rem 0; }
.card { border: 1px solid ${LINE}; border-radius: 6px; padding: .6rem .8rem; }
.card b { display: block; font-size: 1.35rem; font-weight: 600; }
.card span { display: block; color: ${MUTED}; font-size: .85rem; }
table { border-collapse: collapse; margin: .8rem 0; font-size: .86rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid ${LINE}; vertical-align: top; }
th { font-weight: 600; }
thead th { color: ${MUTED}; font-weight: normal; }
tbody th, td:first-child, thead th:first-child, td.how, .figures thead th:last-child { text-align: left; font-weight: normal; }
td:nth-child(2), td:nth-child(3) { white-space: nowrap; }
tr.undefined td:nth-child(2) { white-space: normal; }
tr.undefined td { color: ${MUTED}; }
tr.undefined td:nth-child(2) { max-width: 16rem; }
.plots { display: flex; flex-wrap: wrap; gap: 1.2rem 1.6rem; align-items: flex-start; }
figure { margin: .6rem 0; max-width: 100%; }
figure svg { max-width: 100%; height: auto; display: block; }
figcaption { font-size: .85rem; max-width: 32rem; }
figcaption b { color: ${INK}; font-weight: 600; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .8rem; margin: .8rem 0; }
.case { border: 1px solid ${LINE}; border-radius: 6px; padding: .6rem; font-size: .84rem; overflow-wrap: anywhere; }
.case img { width: 100%; image-rendering: auto; border-radius: 3px; background: #000; }
.overlays img { max-width: 100%; max-height: 40rem; }
.scroll { overflow-x: auto; }
.scroll td, .scroll th { white-space: normal; }
.scroll img { height: 7rem; }
td .quiet { white-space: nowrap; font-size: .92em; }
nav a { margin-right: 1rem; color: ${MAIN}; }
@media print {
  @page { size: A4; margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  h2 { break-after: avoid; }
  figure, .card, .case, tr { break-inside: avoid; }
  table { font-size: 8pt; }
  .warning { print-color-adjust: exact; }
}`;
