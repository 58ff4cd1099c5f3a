/** One container: an event loop (or so many threads) on cores of its own, or on those that it shares. */
import type { Process, Wait } from './clock.ts';
import { ended } from './clock.ts';
import type { Cores } from './cores.ts';
import { createLanes } from './lanes.ts';

export type Container = {
  /** What its one thread does, in order of arrival. */
  work(ms: number): Wait;
  /** What its pool of threads does beside it. */
  workBeside(ms: number): Wait;
  /** Milliseconds that its thread was at it; of several, on average. */
  readonly busyMs: number;
};

export function createContainer(cores: Cores, { threads = 1, beside = 1 } = {}): Container {
  const thread = createLanes(threads);
  const pool = createLanes(beside);
  let busyMs = 0;
  const through = (lanes: typeof thread, ms: number): Wait =>
    ended(
      (function* (): Process {
        yield lanes.enter;
        yield cores.work(ms);
        lanes.leave();
      })(),
    );
  return {
    work(ms) {
      busyMs += ms / threads;
      return through(thread, ms);
    },
    workBeside: (ms) => through(pool, ms),
    get busyMs() {
      return busyMs;
    },
  };
}
