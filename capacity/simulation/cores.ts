/** Cores that are shared out evenly among the threads that want them, as a system's scheduler does. */
import type { Clock, Wait } from './clock.ts';

type Task = { leftMs: number; done: () => void };

export type Cores = {
  /** So many milliseconds of one core's time; longer where more threads than cores want some. */
  work(ms: number): Wait;
  /** Core time given out so far. */
  readonly usedMs: number;
};

/** Below this nothing is left but what rounding has left. */
const NOTHING_MS = 1e-9;

export function createCores(clock: Clock, cores: number): Cores {
  const tasks = new Set<Task>();
  let since = 0;
  let usedMs = 0;
  /** Of the next completion that is planned; older plans are void. */
  let plan = 0;

  const speed = () => Math.min(1, cores / tasks.size);
  const advance = () => {
    const givenMs = tasks.size === 0 ? 0 : (clock.nowMs - since) * speed();
    for (const task of tasks) task.leftMs -= givenMs;
    usedMs += givenMs * tasks.size;
    since = clock.nowMs;
  };
  const planNext = () => {
    const mine = ++plan;
    if (tasks.size === 0) return;
    const nextMs = Math.max(0, Math.min(...Array.from(tasks, ({ leftMs }) => leftMs))) / speed();
    clock.at(clock.nowMs + nextMs, () => {
      if (mine !== plan) return;
      advance();
      const finished = [...tasks].filter(({ leftMs }) => leftMs <= NOTHING_MS);
      for (const task of finished) tasks.delete(task);
      planNext();
      for (const { done } of finished) done();
    });
  };

  return {
    get usedMs() {
      return usedMs;
    },
    work: (ms) => (done) => {
      advance();
      tasks.add({ leftMs: ms, done });
      planNext();
    },
  };
}
