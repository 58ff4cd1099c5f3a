/** Means and spreads. Pure; all throw nothing and expect finite numbers, which `unusable` checks. */

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += values[at]!;
  return total;
}

/** NaN of nothing. */
export const mean = (values: ArrayLike<number>): number => sum(values) / values.length;

/** Sample standard deviation, n − 1 in the denominator; NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Quantile `share` (0–1) of values in ascending order, linear between order statistics: type 7 of
 * Hyndman & Fan, Am. Stat. 1996;50:361, what numpy, R and pandas give. NaN of nothing.
 */
export function quantileOfSorted(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const [low, high] = [ascending[below]!, ascending[Math.min(below + 1, ascending.length - 1)]!];
  return low + (place - below) * (high - low);
}

export const quantile = (values: ArrayLike<number>, share: number): number =>
  quantileOfSorted(Float64Array.from(values).sort(), share);
