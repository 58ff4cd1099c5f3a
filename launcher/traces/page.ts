/** The page of the last requests, and the waterfall of one: no script, no request to anywhere else. */
import { type Cause, causeIn, errorTypeOf, outcomeOf } from './cause.ts';
import { type Html, html } from './html.ts';
import type { ReceivedSpan } from './otlp-spans.ts';
import { withoutRefusedOffers } from './refused-offers.ts';
import { STYLE } from './style.ts';
import type { Trace } from './trace-store.ts';
import { type Row, waterfallOf } from './waterfall.ts';

const page = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${title}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <form action="/trace">
      <a href="/">Last requests</a>
      <label>Trace id <input name="id" size="34" pattern="[0-9a-f]{32}" required title="32 hex digits, as an answer has them" /></label>
      <button>Open</button>
    </form>
    ${body}
  </body>
</html>`.text;

const milliseconds = (ms: number): string => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));

/** A request's own span, or the first that is there. */
const rootOf = (spans: readonly ReceivedSpan[]): ReceivedSpan =>
  spans.find(({ kind, service }) => kind === 'server' && service === 'gateway') ??
  waterfallOf(spans).rows[0]!.span;

export function listPage(traces: readonly Trace[]): string {
  const rows = traces.map(({ traceId, spans }) => {
    const waterfall = waterfallOf(withoutRefusedOffers(spans).spans);
    const root = rootOf(spans);
    const cause = outcomeOf(root) === 'ok' ? undefined : causeIn(waterfall);
    return html`<tr class="${outcomeOf(root)}">
  <td>${new Date(waterfall.start).toISOString().slice(11, 23)}</td>
  <td>${root.service}: ${root.name}</td>
  <td>${endingOf(root)}</td>
  <td>${cause ? hopOf(cause.row) : ''}</td>
  <td class="number">${milliseconds(root.end - root.start)} ms</td>
  <td class="number">${spans.length}</td>
  <td><a href="/trace?id=${traceId}"><code>${traceId}</code></a></td>
</tr>
`;
  });
  const nothing = html`<p>No request yet. Score a radiograph, then load this page again.</p>`;
  const table = html`<table>
  <thead><tr><th>began (UTC)</th><th>request</th><th>ended</th><th>failed at</th><th>took</th><th>spans</th><th>trace</th></tr></thead>
  <tbody>${rows}</tbody>
</table>`;
  return page('DeepXRay: last requests', html`<h1>Last requests</h1>${traces.length > 0 ? table : nothing}`);
}

export function tracePage({ traceId, spans: all }: Trace): string {
  const { spans, refused } = withoutRefusedOffers(all);
  const waterfall = waterfallOf(spans);
  const cause = causeIn(waterfall);
  return page(
    `DeepXRay: trace ${traceId}`,
    html`<h1>Trace <code>${traceId}</code></h1>
    <p>${rootOf(spans).name}: <b>${endingOf(rootOf(spans))}</b>. ${spans.length} spans, ${milliseconds(waterfall.durationMs)} ms.${refused > 0 ? ` Left out: ${refused} offers that full pods refused.` : ''}</p>
    ${cause ? causeOf(cause, outcomeOf(rootOf(spans)) === 'ok') : ''}
    <ol class="waterfall">${waterfall.rows.map((row) => rowOf(row, row === cause?.row))}</ol>`,
  );
}

export const unknownPage = (traceId: string): string =>
  page(
    'DeepXRay: no such trace',
    html`<h1>No such trace</h1><p>Nothing is known of <code>${traceId}</code>. Spans come within some seconds of the answer, and the last two hundred requests are kept.</p>`,
  );

/** As the client saw it. */
const endingOf = (root: ReceivedSpan): string =>
  [root.attributes['http.response.status_code'], root.attributes['deepxray.error_code'] ?? outcomeOf(root)]
    .filter((part) => part !== undefined)
    .join(' ');

const hopOf = ({ span }: Row): string => `${span.instance}: ${span.name}`;

const causeOf = ({ row, way, why, alike }: Cause, wasMended: boolean): Html =>
  html`<section class="cause">
  <strong>${wasMended ? 'Answered all the same; on the way it failed' : 'Failed'} at <a href="#${row.span.spanId}">${hopOf(row)}</a> (${errorTypeOf(row.span) ?? 'no answer'})${alike > 1 ? `, ${alike} times` : ''}</strong>
  <p>${why}</p>
  <p class="way">${way.join(' → ')}</p>
</section>`;

function rowOf({ span, depth, left, width }: Row, isCause: boolean): Html {
  const failure = errorTypeOf(span);
  const joint = span.attributes['deepxray.joint'];
  return html`<li id="${span.spanId}" class="${span.isError ? 'error' : outcomeOf(span)}"${isCause ? html` data-cause` : ''}>
  <details${isCause ? html` open` : ''}>
    <summary>
      <span class="name" style="padding-left: ${depth * 0.9}em"><b>${span.instance}</b> ${span.name}${joint ? ` ${joint}` : ''}${failure === undefined ? '' : html` <em>${failure}</em>`}</span>
      <span class="track"><span class="bar ${span.service}" style="left: ${left.toFixed(3)}%; width: max(2px, ${width.toFixed(3)}%)"></span></span>
      <span class="number">${milliseconds(span.end - span.start)} ms</span>
    </summary>
    <dl><dt>kind</dt><dd>${span.kind}</dd>${attributesOf(span)}</dl>
  </details>
</li>
`;
}

const attributesOf = ({ attributes, links }: ReceivedSpan): Html[] => [
  ...Object.entries(attributes).map(([key, value]) => html`<dt>${key}</dt><dd>${String(value)}</dd>`),
  ...links.map((link) => html`<dt>went together with span</dt><dd>${link}</dd>`),
];
