/** `npm run capacity`: pods, cores, memory and NATS for a rate of radiographs, by simulation from measured service times. */
import { join } from 'node:path';
import { Command } from 'commander';
import { againstMeasured } from './against-measured.ts';
import { demandsOf } from './demands.ts';
import { readMeasured } from './measured.ts';
import { planFor } from './plan.ts';
import { readAim } from './read-aim.ts';
import { comparison, planTable, scalingTable } from './report.ts';
import { scalingOf } from './scaling.ts';

/** Looked at for how throughput grows. */
const SCORING_PODS = [1, 2, 4, 8, 16];

const command = new Command('npm run capacity --')
  .description('how many pods, cores, memory and how much of NATS a rate of radiographs takes')
  .option(
    '--rate <rates>',
    'radiographs a second, several separated by commas: 50/s or 10/s,100/s',
    '10/s,100/s,1000/s',
  )
  .option('--p99 <time>', 'until the answer, for 99 of 100: 1s, 800ms', '1s')
  .option(
    '--measured <file>',
    'service times, as npm run bench:service-times writes them',
    join(import.meta.dirname, 'measured', 'two-shared-cores.json'),
  )
  .option('--check', 'only hold the simulation against what was measured')
  .parse();
const options = command.opts<{ rate: string; p99: string; measured: string; check?: true }>();

try {
  const measured = readMeasured(options.measured);
  console.log(`service times: ${measured.about}\n`);
  console.log(comparison(againstMeasured(measured)));
  if (!options.check) {
    console.log(`\n${scalingTable(scalingOf(measured, SCORING_PODS))}`);
    for (const aim of readAim(options)) {
      process.stderr.write(`simulating ${aim.perSecond} radiographs a second\n`);
      console.log(`\n${planTable(aim, planFor(aim, demandsOf(measured)), measured)}`);
    }
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
