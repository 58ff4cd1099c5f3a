import { expect, test } from 'vitest';
import { createClock, ended, type Process, start } from './clock.ts';
import { createCores } from './cores.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { createQueueGroup } from './queue-group.ts';
import { createRandom } from './random.ts';

test('two threads on one core take twice as long, and the second has what the first leaves', () => {
  const clock = createClock();
  const cores = createCores(clock, 1);
  const endedAt: number[] = [];
  for (const ms of [10, 30]) cores.work(ms)(() => endedAt.push(clock.nowMs));
  clock.runUntil(100);
  expect(endedAt).toEqual([20, 40]);
  expect(cores.usedMs).toBeCloseTo(40);
});

/** Kleinrock: of one server with random arrivals and exponential service, the mean time is s / (1 - load). */
test.each([0.3, 0.6, 0.8])('a core at a load of %d answers as queueing theory says', (load) => {
  const clock = createClock();
  const random = createRandom(7);
  const cores = createCores(clock, 1);
  const times: number[] = [];
  function* customer(): Process {
    const began = clock.nowMs;
    yield cores.work(random.exponential(1));
    times.push(clock.nowMs - began);
  }
  function* arrivals(): Process {
    for (;;) {
      yield clock.wait(random.exponential(1 / load));
      start(customer());
    }
  }
  start(arrivals());
  clock.runUntil(100_000);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const expected = 1 / (1 - load);
  expect(Math.abs(mean / expected - 1)).toBeLessThan(0.05);
});

test('an event loop does one thing after the other, in order of arrival', () => {
  const clock = createClock();
  const lanes = createLanes(1);
  const order: string[] = [];
  const thing = (name: string) =>
    (function* (): Process {
      yield lanes.enter;
      yield clock.wait(5);
      order.push(`${name} at ${clock.nowMs}`);
      lanes.leave();
    })();
  for (const name of ['a', 'b', 'c']) ended(thing(name))(() => undefined);
  clock.runUntil(100);
  expect(order).toEqual(['a at 5', 'b at 10', 'c at 15']);
});

test('a full pod refuses, the sender asks again, and no pod ever has more than its capacity in hand', () => {
  const clock = createClock();
  const group = createQueueGroup(['one', 'two'], 2, { clock, random: createRandom(3) });
  const inHand = { one: 0, two: 0 };
  let done = 0;
  function* work(): Process {
    const { pod, release } = yield* group.ask();
    const name = pod as keyof typeof inHand;
    inHand[name]++;
    expect(inHand[name]).toBeLessThanOrEqual(2);
    yield clock.wait(10);
    inHand[name]--;
    release();
    done++;
  }
  for (let index = 0; index < 20; index++) start(work());
  clock.runUntil(5000);
  expect(done).toBe(20);
  expect(group.refusals).toBeGreaterThan(0);
});

test('crops that wait in line are taken with far fewer refusals, and as soon', () => {
  const burst = (line?: Lanes) => {
    const clock = createClock();
    const group = createQueueGroup(['one', 'two'], 2, { clock, random: createRandom(3) });
    let doneAtMs = 0;
    function* work(): Process {
      const { release } = yield* group.ask(line);
      yield clock.wait(10);
      release();
      doneAtMs = clock.nowMs;
    }
    for (let index = 0; index < 100; index++) start(work());
    clock.runUntil(5000);
    return { refusals: group.refusals, doneAtMs };
  };
  const [each, inLine] = [burst(), burst(createLanes(3))];
  expect(each.doneAtMs).toBeGreaterThan(0);
  expect(inLine.refusals).toBeLessThan(each.refusals / 2);
  expect(inLine.doneAtMs).toBeLessThan(each.doneAtMs * 1.2);
});
