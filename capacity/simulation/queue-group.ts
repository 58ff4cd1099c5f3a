/**
 * The pods of a step as core NATS reaches them (docs/adr/0005-core-nats-for-crops.md): a member at random,
 * busy or not; one whose hands are full says so at once, and the sender asks again after a pause that grows. While
 * pods are busy, only the first in the sender's line ask.
 */
import type { Clock, Process, Wait } from './clock.ts';
import type { Lanes } from './lanes.ts';
import type { Random } from './random.ts';

/** As platform/bus/ask-step.ts has it. */
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 40;

export type QueueGroup<Pod> = {
  /** Resolves once a pod has taken it; `release` when the pod is done. Without a line each asks again on its own. */
  ask(line?: Lanes): Generator<Wait, { pod: Pod; release(): void }, void>;
  /** Times that a pod was full. */
  readonly refusals: number;
};

export function createQueueGroup<Pod>(
  pods: readonly Pod[],
  capacity: number,
  { clock, random }: { clock: Clock; random: Random },
): QueueGroup<Pod> {
  const inHand = pods.map(() => 0);
  let refusals = 0;
  return {
    *ask(line) {
      let inLine = false;
      const queue = function* (): Process {
        if (!line || inLine) return;
        yield line.enter;
        inLine = true;
      };
      if (line && !line.isEmpty) yield* queue();
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
        const index = random.below(pods.length);
        if (inHand[index]! < capacity) {
          inHand[index]!++;
          if (inLine) line!.leave();
          return { pod: pods[index]!, release: () => void inHand[index]!-- };
        }
        refusals++;
        yield* queue();
        yield clock.wait(pauseMs * (0.5 + random.next()));
      }
    },
    get refusals() {
      return refusals;
    },
  };
}
