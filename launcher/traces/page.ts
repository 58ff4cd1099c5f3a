/** The page of the last requests, and the waterfall of one: no script, no request to anywhere else. */
import { type Html, html } from './html.ts';
import type { ReceivedSpan } from './otlp-spans.ts';
import { STYLE } from './style.ts';
import type { Trace } from './trace-store.ts';
import { causeIn, type Row, waterfallOf } from './waterfall.ts';

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
    const waterfall = waterfallOf(spans);
    const root = rootOf(spans);
    const outcome = String(root.attributes['deepxray.outcome'] ?? 'ok');
    return html`<tr class="${outcome}">
  <td>${new Date(waterfall.start).toISOString().slice(11, 23)}</td>
  <td>${root.service}: ${root.name}</td>
  <td>${outcome}</td>
  <td class="number">${milliseconds(waterfall.durationMs)} ms</td>
  <td class="number">${spans.length}</td>
  <td><a href="/trace?id=${traceId}"><code>${traceId}</code></a></td>
</tr>
`;
  });
  const nothing = html`<p>No request yet. Score a radiograph, then load this page again.</p>`;
  const table = html`<table>
  <thead><tr><th>began (UTC)</th><th>request</th><th>ended</th><th>took</th><th>spans</th><th>trace</th></tr></thead>
  <tbody>${rows}</tbody>
</table>`;
  return page('DeepXRay: last requests', html`<h1>Last requests</h1>${traces.length > 0 ? table : nothing}`);
}

export function tracePage({ traceId, spans }: Trace): string {
  const waterfall = waterfallOf(spans);
  const cause = causeIn(waterfall);
  return page(
    `DeepXRay: trace ${traceId}`,
    html`<h1>Trace <code>${traceId}</code></h1>
    <p>${spans.length} spans, ${milliseconds(waterfall.durationMs)} ms. ${cause ? causeLine(cause) : ''}</p>
    <ol class="waterfall">${waterfall.rows.map((row) => rowOf(row, row === cause))}</ol>`,
  );
}

export const unknownPage = (traceId: string): string =>
  page(
    'DeepXRay: no such trace',
    html`<h1>No such trace</h1><p>Nothing is known of <code>${traceId}</code>. Spans come within some seconds of the answer, and the last two hundred requests are kept.</p>`,
  );

const causeLine = ({ span }: Row): Html =>
  html`<strong class="cause">Failed at <a href="#${span.spanId}">${span.instance}: ${span.name}</a> (${String(span.attributes['error.type'] ?? 'error')})</strong>`;

function rowOf({ span, depth, left, width }: Row, isCause: boolean): Html {
  const outcome = String(span.attributes['deepxray.outcome'] ?? 'ok');
  const joint = span.attributes['deepxray.joint'];
  return html`<li id="${span.spanId}" class="${span.isError ? 'error' : outcome}"${isCause ? html` data-cause` : ''}>
  <details${isCause ? html` open` : ''}>
    <summary>
      <span class="name" style="padding-left: ${depth * 0.9}em"><b>${span.instance}</b> ${span.name}${joint ? ` ${joint}` : ''}</span>
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
