/**
 * Time that jumps from event to event, and processes that wait in it: generators that yield what they wait
 * for. Everything happens in one order, so that a run with the same seed is the same run.
 */

/** Calls back once what is waited for has come about. */
export type Wait = (done: () => void) => void;
export type Process = Generator<Wait, void, void>;

export type Clock = {
  /** Milliseconds since the simulation began. */
  readonly nowMs: number;
  at(timeMs: number, act: () => void): void;
  wait(ms: number): Wait;
  /** Lets everything happen that is due by then. */
  runUntil(timeMs: number): void;
};

type Event = { timeMs: number; order: number; act: () => void };

export function createClock(): Clock {
  const heap: Event[] = [];
  let nowMs = 0;
  let order = 0;
  const clock: Clock = {
    get nowMs() {
      return nowMs;
    },
    at: (timeMs, act) => push(heap, { timeMs, order: order++, act }),
    wait: (ms) => (done) => clock.at(nowMs + ms, done),
    runUntil(timeMs) {
      while (heap[0] && heap[0].timeMs <= timeMs) {
        const { timeMs: due, act } = pop(heap);
        nowMs = due;
        act();
      }
      nowMs = timeMs;
    },
  };
  return clock;
}

export function start(process: Process, done: () => void = () => undefined): void {
  const { value, done: hasEnded } = process.next();
  if (hasEnded) done();
  else value(() => start(process, done));
}

/** A process as something to wait for. */
export const ended =
  (process: Process): Wait =>
  (done) =>
    start(process, done);

export const all =
  (waits: readonly Wait[]): Wait =>
  (done) => {
    let left = waits.length;
    if (left === 0) done();
    for (const wait of waits) wait(() => --left === 0 && done());
  };

/** Begins, and waits until it has been called back so often. */
export const allOf =
  (times: number, begin: (onOne: () => void) => void): Wait =>
  (done) => {
    let left = times;
    begin(() => --left === 0 && done());
  };

const isBefore = (one: Event, other: Event): boolean =>
  one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.order < other.order);

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && isBefore(event, heap[parent]!); parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (child >= heap.length || !isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
