/**
 * How V8 keeps each role's heap; the manifests of a cluster give their processes the same.
 * Measured by `npm run bench`, with and without, on two cores.
 */

/**
 * Messages die young: the 16 MiB that V8 lets them pile up in by default only make each of the ten
 * processes larger (by a fifth in all), and none faster.
 */
const YOUNG = '--max-semi-space-size=2';

/**
 * Where whole films pass through, their megabytes (which lie outside the heap) made V8 mark the whole
 * heap anew every two or three films: a quarter of all core time. With this much room it waits for more.
 */
const OLD_WITH_FILMS = '--initial-old-space-size=100';

const HOLDS_FILMS: ReadonlySet<string> = new Set(['gateway', 'orchestrator', 'joint-extraction']);

export const nodeFlagsOf = (role: string): string[] =>
  HOLDS_FILMS.has(role) ? [YOUNG, OLD_WITH_FILMS] : [YOUNG];
