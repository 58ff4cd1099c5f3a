/** What processes cost, from /proc: core time and memory. Linux only. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** USER_HZ, which Linux has fixed at 100 for what it shows to programs. */
const TICKS_PER_SECOND = 100;

/** Milliseconds of core time so far, user and system. */
export function coreTimeMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    // The command's name may hold spaces: fields are counted from behind its bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  }, 0);
}

const SETTLED_MS = 60;

/** Resolves once the processes have used no core for a while, as they do between radiographs but for a tick now and then. */
export async function untilIdle(pids: readonly number[]): Promise<void> {
  for (let before = -1, now = coreTimeMs(pids); now - before > 1000 / TICKS_PER_SECOND; ) {
    before = now;
    await setTimeout(SETTLED_MS);
    now = coreTimeMs(pids);
  }
}

/** MiB of memory that is the process' own share (PSS): shared pages are counted once in the sum of all. */
export function memoryMiB(pid: number): number {
  const kiB = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kiB ?? 0) / 1024;
}
