/** So many at a time have their turn, the others wait for it in order of arrival, no longer than they are wanted. */
export type WaitingLine = {
  readonly isEmpty: boolean;
  /** Resolves when it is this one's turn, or once the signal aborts. Call what it answers when the turn is over. */
  enter(signal: AbortSignal): Promise<() => void>;
};

export function createWaitingLine(limit: number): WaitingLine {
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
      if (inTurn < limit) inTurn++;
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
