/**
 * Faults under a steady load. Whatever dies, freezes or is cut: no answer is wrong, none hangs, each
 * request is answered, refused with Retry-After, or told at its deadline what was done; and the mesh
 * heals by itself. `npm run test:faults` does each fault more often and longer.
 */
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { STEPS } from '../platform/bus/subjects.ts';
import { type CuttableNats, startCuttableNats } from './harness/cuttable-nats.ts';
import { startRelay, takePlaceOf } from './harness/cuttable-relay.ts';
import { startGateway } from './harness/gateway.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { overhearCrop } from './harness/overhear-crop.ts';
import { scoreJson } from './harness/score.ts';
import {
  type FaultTally,
  judge,
  type Known,
  learn,
  printTallies,
  type SteadyLoad,
  startLoad,
} from './harness/steady-load.ts';
import { startWiretap, type Vice, type Wiretap } from './harness/wiretap.ts';

const ROUNDS = Number(process.env.DEEPXRAY_FAULT_ROUNDS ?? 1);
/**
 * The contract says 5 s, which the middle one of the rounds holds: a machine that others use too may have no core for
 * a while. One round alone has more time.
 */
const HEALED_WITHIN_MS = 5000;
const HEALED_ONCE_WITHIN_MS = 15_000;
/** The long form freezes for longer than any client waits. */
const FROZEN_MS = ROUNDS > 1 ? 7000 : 1500;
const TIMEOUT_MS = 60_000 * (1 + ROUNDS);

/** The mesh's sockets lie below it, and the bytes that a crop must hold to end its model server. */
let folder: string;
let nats: CuttableNats;
let mesh: Mesh;
let known: Known[];
const tallies: Record<string, FaultTally> = {};

const deadlyBytes = () => join(folder, 'deadly');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
  nats = await startCuttableNats();
  const preload = join(import.meta.dirname, 'fixtures', 'crash-on-crop.ts');
  const env = {
    DEEPXRAY_NATS_URL: nats.url,
    TMPDIR: folder,
    NODE_OPTIONS: `--import=${preload}`,
    DEEPXRAY_TEST_CRASH_ON: deadlyBytes(),
  };
  mesh = await startMesh({ env });
  known = await learn(mesh, await Promise.all([1, 2, 3, 4].map((seed) => syntheticHand(seed))));
});
afterAll(async () => {
  await mesh?.stop();
  nats?.stop();
  await rm(folder, { recursive: true, force: true });
  printTallies('Faults under a steady load of three clients', tallies);
});

let load: SteadyLoad;
/** Of each round. */
let healing: { wholeMs: number[]; answersMs: number[] };
beforeEach(() => {
  load = startLoad(mesh, known);
  healing = { wholeMs: [], answersMs: [] };
});
afterEach(async ({ task }) => {
  tallies[`${task.suite!.name} ${task.name}`] = {
    ...(await load.stop()),
    wholeMs: Math.max(0, ...healing.wholeMs),
    answersMs: Math.max(0, ...healing.answersMs),
  };
});

/** Work is in hand, then the fault, then work goes on; once a round. */
async function under(
  fault: () => Promise<unknown> | unknown,
  healed: () => Promise<unknown> = () => mesh.healed(HEALED_ONCE_WITHIN_MS),
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await moreAnswers('work is under way', 3);
    await fault();
    const began = performance.now();
    await healed();
    healing.wholeMs.push(performance.now() - began);
    await moreAnswers('work goes on', 3);
    healing.answersMs.push(performance.now() - began);
  }
  await load.stop();
  if (ROUNDS > 1) {
    const sorted = healing.wholeMs.toSorted((one, other) => one - other);
    expect(sorted[ROUNDS >> 1]).toBeLessThan(HEALED_WITHIN_MS);
  }
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

describe('gRPC', () => {
  const atEnd: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of atEnd.splice(0).reverse()) await end();
  });

  test('connection cut: gateway to the orchestrator', { timeout: TIMEOUT_MS }, async () => {
    await load.stop();
    const [host, port] = mesh.grpc.split(':') as [string, string];
    const relay = await startRelay({ host, port: 0 }, { host, port: Number(port) });
    atEnd.push(() => relay.stop());
    const gateway = await startGateway(`${host}:${relay.port}`);
    atEnd.push(() => gateway.stop());
    load = startLoad(gateway, known);
    const isReady = () => fetch(`${gateway.url}/readyz`).then(({ ok }) => ok);
    await under(
      () => expect(relay.cut()).toBeGreaterThan(0),
      () => mesh.waitUntil('the gateway is connected again', isReady, HEALED_ONCE_WITHIN_MS),
    );
    expect(load.tally.cut).toBe(0);
  });

  test.each(['body-part', 'joint-extraction', 'joint-scoring'])(
    'connection cut: %s to its model server',
    { timeout: TIMEOUT_MS },
    async (role) => {
      const [sockets] = (await readdir(folder)).filter((name) => name.startsWith('deepxray-'));
      const pods = role === 'joint-scoring' ? ['joint-scoring-1', 'joint-scoring-2'] : [role];
      const relays = await Promise.all(pods.map((pod) => takePlaceOf(join(folder, sockets!, `${pod}.sock`))));
      atEnd.push(() => Promise.all(relays.map((relay) => relay.stop())));
      // It connects anew, by way of its relay.
      await mesh.kill(role);
      await mesh.healed(HEALED_ONCE_WITHIN_MS);
      await load.stop();
      expect(load.complaints).toEqual([]);
      load = startLoad(mesh, known);
      await under(() => expect(relays.reduce((sum, relay) => sum + relay.cut(), 0)).toBeGreaterThan(0));
      if (role === 'joint-scoring') expectAllAnswered();
      expect(load.tally.cut).toBe(0);
    },
  );
});

describe('a crop that crashes the runtime', () => {
  test('ends three model servers at most, and its joint has no score', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const [film] = await learn(mesh, [await syntheticHand(9)]);
    const { width, pixels } = await overhearCrop(mesh, film!.hand.png, 'pip3');
    const middle = width * (width >> 1);
    const crashes = () => mesh.output().split('killed by SIGSEGV').length - 1;
    const before = crashes();
    await under(async () => {
      // Whole at once: an empty file would be found in every crop.
      await writeFile(`${deadlyBytes()}.new`, pixels.subarray(middle, middle + 4 * width));
      await rename(`${deadlyBytes()}.new`, deadlyBytes());
      const reply = await scoreJson(mesh, film!.hand.png, { headers: { prefer: 'wait=10' } });
      await rm(deadlyBytes());
      expect(judge(reply, film!.answer)).toMatch(/partial|refused|expired/);
      expect(reply.body.joints?.pip3).toBeUndefined();
    });
    expect(crashes() - before).toBeGreaterThanOrEqual(ROUNDS);
    expect(crashes() - before).toBeLessThanOrEqual(3 * ROUNDS);
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

  const STEPS_ASKED = { 'every step': STEPS, scoring: ['joint-scoring'] } as const;

  async function underPods(vice: Vice, whose: keyof typeof STEPS_ASKED, times = 20): Promise<void> {
    await under(async () => {
      tap = await startWiretap(nats.url, { pods: { steps: STEPS_ASKED[whose], vice } });
      await mesh.waitUntil('it misbehaved', () => tap!.misdeeds() >= times, 60_000);
      await tap!.stop();
    });
    expect(load.tally.cut).toBe(0);
  }

  test.each(['nonsense', 'late'] as const)(
    'one more pod of every step, whose answer to work is %s',
    { timeout: TIMEOUT_MS },
    (vice) => underPods(vice, 'every step'),
  );

  test('one more pod of every step, whose work is done and answered twice', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await underPods('twice', 'every step');
    expectAllAnswered();
  });

  test('a scorer whose scores no model can have given', { timeout: TIMEOUT_MS }, async () => {
    await underPods('impossible', 'scoring');
    expect(load.tally.expired).toBe(0);
  });

  // Each try goes to it by chance, and tries are few: a request may end at its deadline, honestly.
  test('a scorer that acknowledges crops and never scores', { timeout: TIMEOUT_MS }, () =>
    underPods('silent', 'scoring'),
  );
});
