/**
 * What a statistic comes to: a number, or a reason why there is none. A NaN that travels on
 * unexplained ends up in somebody's table; a reason can be printed.
 */

export class Undefined {
  readonly because: string;
  constructor(because: string) {
    this.because = because;
  }

  /** Not NaN, which JSON does not know, and not nothing. */
  toJSON(): { value: null; because: string } {
    return { value: null, because: this.because };
  }
}

export type Statistic = number | Undefined;

export const isDefined = (statistic: Statistic): statistic is number => typeof statistic === 'number';

export const NOTHING = new Undefined('there is nothing to compute it from');
export const NOT_FINITE = new Undefined('a value is not a finite number');

/** Why these values cannot be computed with; undefined if they can. */
export function unusable(...lists: ArrayLike<number>[]): Undefined | undefined {
  for (const list of lists) {
    if (list.length === 0) return NOTHING;
    for (let at = 0; at < list.length; at++) if (!Number.isFinite(list[at])) return NOT_FINITE;
  }
  return undefined;
}

/** `numerator / denominator`, or the reason given where the denominator is 0. */
export const ratio = (numerator: number, denominator: number, because: string): Statistic =>
  denominator === 0 ? new Undefined(because) : numerator / denominator;
