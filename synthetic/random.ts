/** A small seeded generator: the same seed gives the same film, byte for byte, on every machine. */

export type Random = {
  /** Uniform in [min, max). */
  uniform(min: number, max: number): number;
  /** Gaussian, cut at three standard deviations: a hand of chance, never a freak. */
  normal(mean: number, deviation: number): number;
  chance(probability: number): boolean;
  /** Whole numbers 0 … count - 1. */
  index(count: number): number;
  /**
   * An independent stream for one part of the film. What one part draws never shifts another's
   * numbers, so a seed keeps its hand when, say, the marker changes.
   */
  fork(label: string): Random;
};

/** FNV-1a: spreads a label over 32 bits. */
function hash(text: string, start: number): number {
  let h = (start ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32 (Tommy Ettinger, public domain).
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const random: Random = {
    uniform: (min, max) => min + (max - min) * next(),
    normal(mean, deviation) {
      const z = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return mean + deviation * Math.max(-3, Math.min(3, z));
    },
    chance: (probability) => next() < probability,
    index: (count) => Math.floor(next() * count),
    fork: (label) => createRandom(hash(label, Math.imul(seed >>> 0, 0x9e3779b1) >>> 0)),
  };
  return random;
}
