/** Runs in a pod (`test/k8s/traced/`): prints each span that it is sent as a line of JSON. */
import { startTraceCollector } from './trace-collector.ts';

const collector = await startTraceCollector({ host: '0.0.0.0', port: 4318 });
setInterval(() => {
  for (const span of collector.spans.splice(0)) console.log(JSON.stringify(span));
}, 100);
