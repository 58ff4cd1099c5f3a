/** All values that a line of `/metrics` has on a page, added up; `line` is global, the value its first group. */
export const sumOfSamples = (page: string, line: RegExp): number =>
  [...page.matchAll(line)].reduce((sum, [, value]) => sum + Number(value), 0);
