/** How the page looks, in light and dark. */
import { Html } from './html.ts';

export const STYLE = new Html(`
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 1rem 1.5rem; }
form { display: flex; gap: 1.5rem; align-items: baseline; }
h1 { font-size: 1.2rem; }
table { border-collapse: collapse; }
th { text-align: left; }
th, td { padding: 0.2rem 1rem 0.2rem 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.waterfall { list-style: none; padding: 0; }
summary { display: grid; grid-template-columns: minmax(20em, 40%) 1fr 6em; gap: 1em; cursor: pointer; }
summary:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.track { position: relative; }
.bar { position: absolute; top: 0.25em; height: 0.9em; border-radius: 2px; background: #888; }
.bar.gateway { background: #4477aa; } .bar.orchestrator { background: #228833; }
.bar.body-part { background: #aa8833; } .bar.joint-extraction { background: #aa3377; }
.bar.joint-scoring { background: #66a6c8; } .bar.model-server { background: #998877; }
li.error summary, tr.fault, tr.deadline, tr.refused, .cause strong, .cause a { color: #c33; }
.cause { border-left: 4px solid #c33; padding: 0.3rem 1rem; margin: 0.8rem 0; }
.cause strong { font-size: 1.1rem; }
.cause p { margin: 0.3rem 0 0; }
.way { opacity: 0.7; }
li[data-cause] { background: color-mix(in srgb, #c33 12%, transparent); }
em { font-style: normal; font-weight: bold; }
li.error .bar { outline: 2px solid #c33; }
li.cancelled summary, tr.cancelled { opacity: 0.6; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; margin: 0.3rem 0 0.6rem 2em; }
dd { margin: 0; overflow-wrap: anywhere; }
`);
