/** `npm run bench:tracing`: what tracing costs, alone; `npm run bench` has it among the rest. */
import { parseArgs } from 'node:util';
import { sampleHand } from './sample-hand.ts';
import { tracingRows } from './tracing-rows.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } });
for (const row of await tracingRows(await sampleHand(), Number(values.seconds))) console.log(row);
process.exit(0);
