/** When a process that died is started again. Pure. */

/** The first time at once; then slower, but never so slow that the mesh takes 5 s to heal. */
const DELAYS_MS = [0, 100, 250, 500, 1000];

/** Up this long, a process counts as sound again. */
const SOUND_AFTER_MS = 10_000;

/** A process that has never once come up is not started more often than this. */
const FRUITLESS_STARTS = 3;

/** What `runProcess` exits with when its settings are wrong: no further start will mend that. */
const BAD_SETTINGS_EXIT_CODE = 2;

export type Death = {
  exitCode: number | null;
  upMs: number;
  /** It has reported that it started, in this life or an earlier one. */
  everStarted: boolean;
  /** Deaths without a sound life between them, this one not counted. */
  deathsInARow: number;
};

export type Verdict = { again: true; afterMs: number; deathsInARow: number } | { again: false };

export function judgeDeath({ exitCode, upMs, everStarted, deathsInARow }: Death): Verdict {
  if (exitCode === BAD_SETTINGS_EXIT_CODE) return { again: false };
  const earlier = upMs >= SOUND_AFTER_MS ? 0 : deathsInARow;
  if (!everStarted && earlier + 1 >= FRUITLESS_STARTS) return { again: false };
  const afterMs = DELAYS_MS[Math.min(earlier, DELAYS_MS.length - 1)]!;
  return { again: true, afterMs, deathsInARow: earlier + 1 };
}
