/** How far the run is: a bar for a person at a terminal, a line a film for a log. */

export type Progress = {
  filmDone(film: string, news: string, failed: boolean): void;
  waiting(film: string, seconds: number, why: string): void;
  end(): void;
};

const BAR_WIDTH = 24;

/** In a log, what went well is a line no more often than `lineEveryMs`. */
export function createProgress(
  total: number,
  output: NodeJS.WriteStream,
  { lineEveryMs = 0 }: { lineEveryMs?: number } = {},
): Progress {
  const began = performance.now();
  let done = 0;
  let failed = 0;
  let lastLine = Number.NEGATIVE_INFINITY;
  const draw = (note: string) => {
    const filled = Math.round((done / Math.max(1, total)) * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const text = `${bar} ${done}/${total}${failed > 0 ? `, ${failed} without scores` : ''}${remaining()}  ${note}`;
    output.write(`\r\x1b[2K${text.slice(0, Math.max(20, output.columns - 1))}`);
  };
  const remaining = () => {
    if (done === 0 || done === total) return '';
    const secondsLeft = (((performance.now() - began) / done) * (total - done)) / 1000;
    return `, ${durationOf(secondsLeft)} left`;
  };
  const line = (text: string) => output.write(`${text}\n`);
  return {
    filmDone(film, news, hasFailed) {
      done += 1;
      if (hasFailed) failed += 1;
      if (!output.isTTY) {
        const now = performance.now();
        if (!hasFailed && done < total && now - lastLine < lineEveryMs) return;
        lastLine = now;
        return void line(`${done}/${total} ${film}: ${news}${remaining()}`);
      }
      // A failure stays on the screen, above the bar.
      if (hasFailed) output.write(`\r\x1b[2K${film}: ${news}\n`);
      draw(film);
    },
    waiting(film, seconds, why) {
      const text = `${film}: ${why}, again in ${seconds.toFixed(1)} s`;
      if (output.isTTY) draw(text);
      else line(text);
    },
    end() {
      if (output.isTTY) output.write('\r\x1b[2K');
    },
  };
}

export function durationOf(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(whole % 60)} h`
    : `${minutes}:${twoDigits(whole % 60)} min`;
}
