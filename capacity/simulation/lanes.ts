/**
 * So many at a time, in order of arrival: the one thread of an event loop, the worker of a model server, a turnstile, a
 * line that asks.
 */
import type { Wait } from './clock.ts';

export type Lanes = {
  readonly isEmpty: boolean;
  enter: Wait;
  leave(): void;
};

export function createLanes(limit: number): Lanes {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return {
    get isEmpty() {
      return inside === 0;
    },
    enter(done) {
      if (inside >= limit) {
        waiting.push(done);
        return;
      }
      inside++;
      done();
    },
    leave() {
      const next = waiting.shift();
      if (next) next();
      else inside--;
    },
  };
}
