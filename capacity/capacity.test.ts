import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { againstMeasured } from './against-measured.ts';
import { busLoad, firstToBreak } from './bus-load.ts';
import { demandsOf } from './demands.ts';
import { readMeasured } from './measured.ts';
import { planFor } from './plan.ts';
import { readAim } from './read-aim.ts';
import { requestsOf } from './requests.ts';
import { simulate } from './simulation/simulate.ts';

const measured = readMeasured(join(import.meta.dirname, 'measured', 'two-shared-cores.json'));
const demands = demandsOf(measured);
const ONE = { gateway: 1, orchestrator: 1, bodyPart: 1, extraction: 1, scoring: 1, nats: 1 };

/** Enough to see which way it goes. */
const FEW = { films: 800 };

/** On cores with AVX2 alone the mesh was measured as it is; on the faster ones crops did not yet wait in line. */
const MEASURED_ON = ['two-shared-cores', 'two-avx2-cores'];

describe('the capacity model', () => {
  test.each(MEASURED_ON)(
    'gives the throughput of busy cores within a fifth of what was measured: %s',
    (cores) => {
      const onThese = readMeasured(join(import.meta.dirname, 'measured', `${cores}.json`));
      const busyLoads = onThese.loads.filter(({ clients }) => clients >= 8);
      for (const { clients, measured: seen, simulated } of againstMeasured({
        ...onThese,
        loads: busyLoads,
      })) {
        expect(Math.abs(simulated.perSecond / seen.perSecond - 1), `${clients} clients`).toBeLessThan(0.2);
      }
    },
  );

  test('is the same with the same seed', () => {
    const run = () => simulate(ONE, demands, { perSecond: 3 }, { seconds: 20, seed: 5 });
    expect(run()).toEqual(run());
  });

  test('asks for more pods where there are more radiographs, of the role that has most to do first', () => {
    const few = planFor({ perSecond: 10, p99Ms: 1000 }, demands, FEW);
    const many = planFor({ perSecond: 60, p99Ms: 1000 }, demands, FEW);
    expect(few.seen).toMatchObject({ refused: 0 });
    for (const role of Object.keys(few.pods) as (keyof typeof few.pods)[]) {
      expect(many.pods[role], role).toBeGreaterThanOrEqual(few.pods[role]);
    }
    expect(many.pods.scoring).toBeGreaterThan(few.pods.scoring);
  });

  test('says so where no number of pods would do', () => {
    expect(() => planFor({ perSecond: 1, p99Ms: 5 }, demands, FEW)).toThrow(/no number of pods/);
  });

  test('names the limit of NATS that is nearest, and it is nearer where there are more radiographs', () => {
    const { pods } = planFor({ perSecond: 10, p99Ms: 1000 }, demands, FEW);
    const share = (perSecond: number) => {
      const { asked, most } = firstToBreak(busLoad(perSecond, pods, measured));
      return asked / most;
    };
    expect(share(20)).toBeGreaterThan(share(10));
  });
});

test('what pods ask for is read from the manifests', () => {
  expect(requestsOf('scoring')).toEqual({ cores: 1.1, memoryMib: 352 });
  expect(requestsOf('nats')).toEqual({ cores: 0.25, memoryMib: 64 });
});

test.each([
  ['50/s', '1s', { perSecond: 50, p99Ms: 1000 }],
  ['2.5', '800ms', { perSecond: 2.5, p99Ms: 800 }],
])('the aim is read as people write it: %s, %s', (rate, p99, aim) => {
  expect(readAim({ rate, p99 })).toEqual([aim]);
});

test.each([
  ['0/s', '1s', /--rate 0\/s is no rate/],
  ['fast', '1s', /--rate fast is no rate/],
  ['1/s', 'soon', /--p99 soon is no time/],
])('an aim that makes no sense is told what would: %s, %s', (rate, p99, complaint) => {
  expect(() => readAim({ rate, p99 })).toThrow(complaint);
});
