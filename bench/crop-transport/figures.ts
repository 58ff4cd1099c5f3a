/** What became of the crops that were sent. */

export type Sent = {
  /** By `performance.now()`. */
  at: number;
  /** Until the first score; absent where none came. */
  tookMs?: number;
  /** Scores beyond the first. */
  repeats: number;
  askedAgain: number;
};

/** Later than this a joint holds up its radiograph for everyone to see. */
const LATE_MS = 1000;

export function figuresOf(crops: readonly Sent[]) {
  const took = crops.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs])).sort((a, b) => a - b);
  const at = (share: number) =>
    (took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0).toFixed(1);
  const sum = (of: (crop: Sent) => number) => crops.reduce((total, crop) => total + of(crop), 0);
  return {
    crops: crops.length,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'worst ms': at(1),
    late: took.filter((ms) => ms > LATE_MS).length,
    lost: crops.length - took.length,
    'scored twice': sum(({ repeats }) => repeats),
    'asked again': sum(({ askedAgain }) => askedAgain),
  };
}

export const printFigures = (rows: Record<string, ReturnType<typeof figuresOf>>): void => console.table(rows);
