/**
 * How Node keeps each role's memory; the image and the manifests of a cluster give their processes the same.
 * Measured by `npm run bench`, with and without, on two cores.
 */
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

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

/** What each process is started with, unless the one who starts the mesh says otherwise. */
export const nodeEnvironment = (instance: string, given: NodeJS.ProcessEnv): Record<string, string> => ({
  // Types are stripped and code is compiled once, not at each start: ready in half the time, with a fifth less memory in
  // all, since the stripper itself is not loaded. A folder for each process, though most files are alike: Node writes them as
  // it ends, and ten that write over each other's made the first stop take 6 to 10 s instead of 2.
  NODE_COMPILE_CACHE: join(cacheFolder(given), 'compiled', instance),
  // By default glibc gives each thread a heap of its own and returns little of what films and tensors leave free.
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
});
