/**
 * Faults under a steady load. Whatever dies, freezes or is cut: no answer is wrong, none hangs, each
 * request is answered, refused with Retry-After, or told at its deadline what was done; and the mesh
 * heals by itself. `npm run test:faults` does each fault more often and longer.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CuttableNats, startCuttableNats } from './harness/cuttable-nats.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import {
  type FaultTally,
  type Known,
  learn,
  printTallies,
  type SteadyLoad,
  startLoad,
} from './harness/steady-load.ts';
import { startWiretap, type Wiretap } from './harness/wiretap.ts';

const ROUNDS = Number(process.env.DEEPXRAY_FAULT_ROUNDS ?? 1);
/** The contract says 5 s; a test machine's two cores are under load meanwhile. */
const HEALED_WITHIN_MS = 15_000;
/** The long form freezes for longer than any client waits. */
const FROZEN_MS = ROUNDS > 1 ? 7000 : 1500;
const TIMEOUT_MS = 60_000 * (1 + ROUNDS);

let nats: CuttableNats;
let mesh: Mesh;
let known: Known[];
const tallies: Record<string, FaultTally> = {};

beforeAll(async () => {
  nats = await startCuttableNats();
  mesh = await startMesh({ env: { DEEPXRAY_NATS_URL: nats.url } });
  known = await learn(mesh, await Promise.all([1, 2, 3, 4].map((seed) => syntheticHand(seed))));
});
afterAll(async () => {
  await mesh?.stop();
  nats?.stop();
  printTallies('Faults under a steady load of three clients', tallies);
});

let load: SteadyLoad;
/** Of the slowest round. */
let healing: { wholeMs: number; answersMs: number };
beforeEach(() => {
  load = startLoad(mesh, known);
  healing = { wholeMs: 0, answersMs: 0 };
});
afterEach(async ({ task }) => {
  tallies[`${task.suite!.name} ${task.name}`] = { ...(await load.stop()), ...healing };
});

/** Work is in hand, then the fault, then work goes on; once a round. */
async function under(fault: () => Promise<unknown> | unknown): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await moreAnswers('work is under way', 3);
    await fault();
    const began = performance.now();
    await mesh.healed(HEALED_WITHIN_MS);
    healing.wholeMs = Math.max(healing.wholeMs, performance.now() - began);
    await moreAnswers('work goes on', 3);
    healing.answersMs = Math.max(healing.answersMs, performance.now() - began);
  }
  await load.stop();
  expect({ wrong: load.tally.wrong, hung: load.tally.hung, complaints: load.complaints }).toEqual({
    wrong: 0,
    hung: 0,
    complaints: [],
  });
}

const moreAnswers = (what: string, more: number) => {
  const before = load.tally.answered;
  return mesh.waitUntil(what, () => load.tally.answered >= before + more, 30_000);
};

const expectAllAnswered = () =>
  expect({ answered: load.tally.answered, shortfalls: load.shortfalls }).toEqual({
    answered: load.tally.sent,
    shortfalls: [],
  });

async function freezeAndThaw(role: string, forMs = FROZEN_MS): Promise<void> {
  const pid = await mesh.freeze(role);
  const began = performance.now();
  await mesh.waitUntil('it was frozen for a while', () => performance.now() - began > forMs, 10_000);
  mesh.thaw(pid);
}

const ALONE = [
  'orchestrator',
  'body-part',
  'joint-extraction',
  'model-server:body-part',
  'model-server:joint-extraction',
];
const TWICE = ['joint-scoring', 'model-server:joint-scoring'];

describe('kill -9', () => {
  test.each(TWICE)('of one of two: %s', { timeout: TIMEOUT_MS }, async (role) => {
    await under(() => mesh.kill(role));
    expectAllAnswered();
  });

  test.each(ALONE)('of the only one: %s', { timeout: TIMEOUT_MS }, async (role) => {
    await under(() => mesh.kill(role));
    expect(load.tally.cut).toBe(0);
  });

  test('of the orchestrator, with scores on their way to it', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await under(async () => {
      const scorers = [await mesh.freeze('joint-scoring', 0), await mesh.freeze('joint-scoring', 1)];
      const began = performance.now();
      // By then each client's film waits for the scores of crops that lie with the frozen.
      await mesh.waitUntil('crops lie there', () => performance.now() - began > 1000, 10_000);
      await mesh.kill('orchestrator');
      await mesh.waitUntil('the next is up', () => mesh.processes('orchestrator').length > 0, 10_000);
      for (const pid of scorers) mesh.thaw(pid);
    });
    expect(load.tally.cut).toBe(0);
  });

  test('of the gateway', { timeout: TIMEOUT_MS }, async () => {
    await under(() => mesh.kill('gateway'));
  });
});

describe('SIGTERM', () => {
  test.each(TWICE)('of one of two: %s', { timeout: TIMEOUT_MS }, async (role) => {
    await under(() => mesh.terminate(role));
    expectAllAnswered();
  });
});

describe('frozen, then thawed', () => {
  test.each([...TWICE, ...ALONE])('%s', { timeout: TIMEOUT_MS }, async (role) => {
    await under(() => freezeAndThaw(role));
    expect(load.tally.cut).toBe(0);
  });

  // Never for longer than its clients wait: nobody else could tell them.
  test('gateway', { timeout: TIMEOUT_MS }, async () => {
    await under(() => freezeAndThaw('gateway', 1500));
    expect(load.tally.cut).toBe(0);
  });
});

describe('NATS', () => {
  test.each(['orchestrator', 'body-part', 'joint-extraction', 'joint-scoring'])(
    'connection cut: %s',
    { timeout: TIMEOUT_MS },
    async (role) => {
      await under(() => expect(nats.cut(role)).toBeGreaterThan(0));
      expect(load.tally.cut).toBe(0);
    },
  );

  test('nats-server killed, a new and empty one started', { timeout: TIMEOUT_MS }, async () => {
    await under(() => nats.restart());
    expect(load.tally.cut).toBe(0);
  });
});

describe('a pod that misbehaves', () => {
  let tap: Wiretap | undefined;
  afterEach(async () => {
    await tap?.stop();
    tap = undefined;
  });

  test('every score comes twice more, once at once and once after its request has ended', {
    timeout: TIMEOUT_MS,
  }, async () => {
    tap = await startWiretap(nats.url, { repeatAfterMs: [0, 2500] });
    await under(() => mesh.waitUntil('scores were repeated', () => tap!.repeated() >= 40, 30_000));
    expect(load.tally).toMatchObject({ answered: load.tally.sent });
  });

  test('every score comes with nonsense around it', { timeout: TIMEOUT_MS }, async () => {
    tap = await startWiretap(nats.url, { nonsense: true });
    await under(() => mesh.waitUntil('nonsense was sent', () => tap!.repeated() >= 40, 30_000));
    expect(load.tally).toMatchObject({ answered: load.tally.sent });
  });

  test('a scorer that takes crops, answers nonsense and never scores', { timeout: TIMEOUT_MS }, async () => {
    await under(async () => {
      tap = await startWiretap(nats.url, { scorer: 'nonsense' });
      await mesh.waitUntil('it was asked', () => tap!.asked() >= 20, 30_000);
      await tap!.stop();
    });
  });

  test('a scorer whose scores no model can have given', { timeout: TIMEOUT_MS }, async () => {
    await under(async () => {
      tap = await startWiretap(nats.url, { scorer: 'impossible' });
      await mesh.waitUntil('it was asked', () => tap!.asked() >= 20, 30_000);
      await tap!.stop();
    });
    expect(load.tally.expired).toBe(0);
  });

  // Each try goes to it by chance, and tries are few: a request may end at its deadline, honestly.
  test('a scorer that acknowledges crops and never scores', { timeout: TIMEOUT_MS }, async () => {
    await under(async () => {
      tap = await startWiretap(nats.url, { scorer: 'silent' });
      await mesh.waitUntil('it was asked', () => tap!.asked() >= 20, 60_000);
      await tap!.stop();
    });
  });
});
