/** Random numbers that come in the same order for the same seed. */

export type Random = {
  /** Evenly in [0, 1). */
  next(): number;
  /** One of so many, from 0. */
  below(limit: number): number;
  /** Exponentially distributed: the pauses between arrivals that know nothing of each other. */
  exponential(mean: number): number;
  /** Of this mean, log-normally spread, with a coefficient of variation of `variation`. */
  spread(mean: number, variation: number): number;
};

/** Mulberry32, of Tommy Ettinger: 32 bits of state, in the public domain. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const exponential = (mean: number) => -mean * Math.log(1 - next());
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    exponential,
    spread(mean, variation) {
      const variance = Math.log(1 + variation ** 2);
      // Box and Muller.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return mean * Math.exp(Math.sqrt(variance) * normal - variance / 2);
    },
  };
}
