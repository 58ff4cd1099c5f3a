/** `npm run bench:service-times`: what a radiograph costs each role, as JSON for `npm run capacity`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { filmToScore } from './sample-hand.ts';
import { measureServiceTimes } from './service-times.ts';

const HELP = `npm run bench:service-times -- [--film FILE] [--seconds N] [--json FILE]

  --film FILE   a radiograph of a left hand; a synthetic one if absent
  --seconds N   of each load (default 12)
  --json FILE   where the figures go (default out/service-times.json)`;

const { values } = parseArgs({
  options: {
    film: { type: 'string' },
    seconds: { type: 'string', default: '12' },
    json: { type: 'string', default: 'out/service-times.json' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
// As the model server does: this process loads onnxruntime too.
process.env.ORT_DISABLE_TELEMETRY = '1';

const film = await filmToScore(values.film);
const measured = await measureServiceTimes(film, Number(values.seconds));
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(measured, undefined, 2)}\n`);
console.log(`wrote ${values.json}`);
console.table(measured.coreMs);
console.table(measured.loads);
process.exit(0);
