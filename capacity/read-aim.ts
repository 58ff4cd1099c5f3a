/** The aim as a person types it. */
import type { Aim } from './plan.ts';

/** Throws with what would do. */
export function readAim({ rate, p99 }: { rate: string; p99: string }): Aim[] {
  const time = /^(\d+(?:\.\d+)?)\s*(ms|s)$/.exec(p99);
  if (!time) throw new Error(`--p99 ${p99} is no time: 1s or 800ms`);
  const p99Ms = Number(time[1]) * (time[2] === 's' ? 1000 : 1);
  return rate.split(',').map((one) => {
    const perSecond = Number(/^\s*(\d+(?:\.\d+)?)(?:\/s)?\s*$/.exec(one)?.[1]);
    if (!(perSecond > 0)) throw new Error(`--rate ${one} is no rate: 50/s, above 0`);
    return { perSecond, p99Ms };
  });
}
