/** 0 up to `from`, 1 beyond `to`, an S without corners between. */
export const smoothstep = (from: number, to: number, value: number): number => {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
};
