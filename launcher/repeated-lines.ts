/** The same line of the same process, over and over, is said once and then counted. */

const WINDOW_MS = 5000;

export type RepeatedLines = {
  /** Whether to say it now; a line that comes again within the window is only counted. */
  isNew(speaker: string, text: string): boolean;
  stop(): void;
};

export function createRepeatedLines(sayCount: (speaker: string, text: string, times: number) => void) {
  const counts = new Map<string, { speaker: string; text: string; times: number }>();
  const timer = setInterval(() => {
    for (const [key, seen] of counts) {
      if (seen.times === 0) counts.delete(key);
      else sayCount(seen.speaker, seen.text, seen.times);
      seen.times = 0;
    }
  }, WINDOW_MS).unref();
  const lines: RepeatedLines = {
    isNew(speaker, text) {
      // Lines that differ only by their ids or figures are the same news.
      const key = `${speaker} ${text.replace(/\b[0-9a-f]*\d[0-9a-f.-]*\b/g, '#')}`;
      const seen = counts.get(key);
      if (seen) seen.times += 1;
      else counts.set(key, { speaker, text, times: 0 });
      return seen === undefined;
    },
    stop: () => clearInterval(timer),
  };
  return lines;
}
