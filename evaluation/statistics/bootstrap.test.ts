import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../synthetic/random.ts';
import { accuracy, kappa } from './agreement.ts';
import { bootstrap, type Estimate, intervalOfNone, lowerShare } from './bootstrap.ts';
import { type ConfusionMatrix, confusionMatrix, emptyMatrix } from './confusion-matrix.ts';
import { mean } from './moments.ts';
import { type Statistic, Undefined } from './statistic.ts';

type Pair = { predicted: number; actual: number };
type Name = 'accuracy' | 'kappa' | 'quadratic';

const matrixOf = (pairs: Pair[]): ConfusionMatrix =>
  confusionMatrix(
    pairs.map(({ predicted }) => predicted),
    pairs.map(({ actual }) => actual),
    6,
  );

/** Of the pairs of many patients, each patient's counted already. */
function statistics(matrices: ConfusionMatrix[]): Record<Name, Statistic> {
  const total = emptyMatrix(6);
  for (const matrix of matrices) {
    for (const [row, counts] of matrix.entries()) {
      for (const [column, count] of counts.entries()) total[row]![column]! += count;
    }
  }
  return { accuracy: accuracy(total), kappa: kappa(total), quadratic: kappa(total, 'quadratic') };
}

/** Patients with ten joints, whose burden and whose reader's mood all ten share: clusters with a real effect. */
function patientsOf(count: number, random: Random): Pair[][] {
  const grade = (value: number) => Math.max(0, Math.min(5, Math.round(value)));
  return Array.from({ length: count }, () => {
    const burden = random.normal(0.6, 1.1);
    const mood = random.normal(0, 0.6);
    return Array.from({ length: 10 }, () => {
      const erosion = burden + random.normal(0, 1);
      return { actual: grade(erosion), predicted: grade(erosion + mood + random.normal(0, 0.4)) };
    });
  });
}

const holds = ({ interval }: Estimate, value: number): boolean =>
  interval !== undefined && interval.low <= value && value <= interval.high;

/** The longer form: `DEEPXRAY_COVERAGE_ROUNDS=4000`, two minutes. */
const ROUNDS = Number(process.env.DEEPXRAY_COVERAGE_ROUNDS ?? 300);
const PATIENTS = 80;
/** Seconds of plain arithmetic, and many of them on a machine that is busy with something else. */
const LONG_MS = 600_000;

test(
  '95 % intervals hold the truth in 93 to 97 % of simulated studies whose joints cluster in patients',
  () => {
    const truth = statistics(patientsOf(100_000, createRandom(1)).map(matrixOf)) as Record<Name, number>;
    const held: Record<Name, number> = { accuracy: 0, kappa: 0, quadratic: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const patients = patientsOf(PATIENTS, createRandom(1000 + round)).map((pairs) => [matrixOf(pairs)]);
      const estimates = bootstrap(patients, statistics, { draws: 400, seed: round });
      for (const name of Object.keys(held) as Name[])
        if (holds(estimates[name], truth[name])) held[name] += 1;
    }
    if (process.env.DEEPXRAY_COVERAGE_ROUNDS) console.log(held, 'of', ROUNDS);
    for (const [name, hits] of Object.entries(held)) {
      expect(hits / ROUNDS, name).toBeGreaterThanOrEqual(0.93);
      expect(hits / ROUNDS, name).toBeLessThanOrEqual(0.97);
    }
  },
  LONG_MS,
);

test(
  'intervals that took joints as independent would hold it far less often: patients are what is drawn',
  () => {
    const truth = statistics(patientsOf(100_000, createRandom(1)).map(matrixOf)) as Record<Name, number>;
    let held = 0;
    for (let round = 0; round < 40; round++) {
      const joints = patientsOf(PATIENTS, createRandom(1000 + round)).flatMap((pairs) =>
        pairs.map((pair) => [matrixOf([pair])]),
      );
      const { accuracy: estimate } = bootstrap(joints, statistics, { draws: 100, seed: round });
      if (holds(estimate, truth.accuracy)) held += 1;
    }
    expect(held).toBeLessThan(36);
  },
  LONG_MS,
);

test('the same seed gives the same interval, another seed another', () => {
  const patients = patientsOf(20, createRandom(3)).map((pairs) => [matrixOf(pairs)]);
  const one = bootstrap(patients, statistics, { draws: 200, seed: 1 });
  expect(bootstrap(patients, statistics, { draws: 200, seed: 1 })).toEqual(one);
  expect(bootstrap(patients, statistics, { draws: 200, seed: 2 }).kappa).not.toEqual(one.kappa);
});

test('one patient alone has a value and no interval', () => {
  const [pairs] = patientsOf(1, createRandom(3));
  const { accuracy: estimate } = bootstrap([[matrixOf(pairs!)]], statistics, { draws: 50, seed: 1 });
  expect(estimate.value).toBeTypeOf('number');
  expect(estimate.interval).toBeUndefined();
});

test('a statistic that many draws leave undefined has no interval', () => {
  const patients = Array.from({ length: 30 }, (_, at) => [at === 0 ? 1 : 0]);
  const rare = (items: number[]) => ({
    rare: items.includes(1) ? mean(items) : new Undefined('none has it'),
  });
  const { rare: estimate } = bootstrap(patients, rare, { draws: 200, seed: 1 });
  expect(estimate.value).toBeCloseTo(1 / 30);
  expect(estimate.interval).toBeUndefined();
});

test('few patients make a wider interval: the tails are those of Student with n − 1 degrees', () => {
  expect(lowerShare(10)).toBeLessThan(lowerShare(100));
  expect(lowerShare(100_000)).toBeCloseTo(0.025, 4);
});

test('a share that no patient shows is no certainty: its interval is the exact one of as many patients', () => {
  const never = bootstrap(
    Array.from({ length: 30 }, () => [0]),
    (items) => ({ share: mean(items) }),
    {
      draws: 100,
      seed: 1,
    },
  );
  expect(never.share.interval).toBeUndefined();
  // scipy.stats.binomtest(0, 30).proportion_ci() gives 0 to 0.11570.
  expect(intervalOfNone(0, 30).high).toBeCloseTo(0.1157, 4);
  expect(intervalOfNone(1, 30).low).toBeCloseTo(1 - 0.1157, 4);
});
