/** Counts of what was predicted against what it is. Pure. */

/** `counts[predicted][actual]`, square, whole numbers of 0 or more. */
export type ConfusionMatrix = number[][];

export const emptyMatrix = (classes: number): ConfusionMatrix =>
  Array.from({ length: classes }, () => new Array<number>(classes).fill(0));

/** Throws RangeError for a class that is none of 0 … classes − 1. */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  const counts = emptyMatrix(classes);
  for (let at = 0; at < predicted.length; at++) {
    const row = counts[predicted[at]!];
    const column = actual[at]!;
    if (!row || row[column] === undefined) {
      throw new RangeError(`class ${predicted[at]} or ${column} is none of 0 to ${classes - 1}`);
    }
    row[column] += 1;
  }
  return counts;
}

export const totalOf = (counts: ConfusionMatrix): number =>
  counts.reduce((total, row) => total + row.reduce((sum, count) => sum + count, 0), 0);

/** How often each class was predicted. */
export const predictedTotals = (counts: ConfusionMatrix): number[] =>
  counts.map((row) => row.reduce((sum, count) => sum + count, 0));

/** How often each class is there. */
export const actualTotals = (counts: ConfusionMatrix): number[] =>
  counts.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));

/** How many differ by at most `within` classes. */
export function countWithin(counts: ConfusionMatrix, within: number): number {
  let hits = 0;
  for (const [predicted, row] of counts.entries()) {
    for (const [actual, count] of row.entries()) if (Math.abs(predicted - actual) <= within) hits += count;
  }
  return hits;
}
