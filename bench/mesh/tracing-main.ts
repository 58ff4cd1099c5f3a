/**
 * `npm run bench:tracing`: what tracing costs, alone; `npm run bench` has it among the rest. `--to-silence`: with a
 * collector that takes spans and never answers.
 */
import { parseArgs } from 'node:util';
import { sampleHand } from './sample-hand.ts';
import { tracingRows } from './tracing-rows.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '240' },
    'to-silence': { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 60))
  throw new RangeError('no median of fewer than six windows of 10 s has an interval of 95 %');
const rows = await tracingRows(await sampleHand(), {
  seconds,
  toSilence: values['to-silence'],
});
for (const row of rows) console.log(row);
process.exit(0);
