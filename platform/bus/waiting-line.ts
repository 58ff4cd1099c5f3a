/**
 * Where those wait whom a step has told that it is busy: the first few ask again, the others once it is their turn, in
 * order of arrival. If all asked on their own, a burst would keep pods and server busy with refusals.
 */
export type WaitingLine = {
  readonly isEmpty: boolean;
  /** Resolves when it is this one's turn, or once the signal aborts. Call what it answers when done with asking. */
  enter(signal: AbortSignal): Promise<() => void>;
};

/** `asking`: how many may ask at a time. One alone would be held up wherever chance leads it to a pod that is full. */
export function createWaitingLine(asking: number): WaitingLine {
  let inTurn = 0;
  const waiting = new Set<() => void>();
  // Who waits is handed the turn of who leaves, so that nobody slips in between.
  const leave = () => {
    const [next] = waiting;
    if (next) next();
    else inTurn--;
  };
  return {
    get isEmpty() {
      return inTurn === 0;
    },
    async enter(signal) {
      if (signal.aborted) return () => undefined;
      if (inTurn < asking) inTurn++;
      else if (!(await turnComes(waiting, signal))) return () => undefined;
      let left = false;
      return () => {
        if (!left) leave();
        left = true;
      };
    },
  };
}

/** False where the signal aborts first. */
const turnComes = (waiting: Set<() => void>, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (hasTurn: boolean) => {
      waiting.delete(go);
      signal.removeEventListener('abort', giveUp);
      resolve(hasTurn);
    };
    const go = () => end(true);
    const giveUp = () => end(false);
    waiting.add(go);
    signal.addEventListener('abort', giveUp);
  });
