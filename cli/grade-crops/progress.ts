/** How far a folder of crops is: a line that a terminal overwrites, or one now and then for a log. */
import { durationOf } from '../progress.ts';

const EVERY_MS = { terminal: 200, log: 5000 };

export type CropProgress = {
  done(): void;
  /** A line that stays. */
  note(text: string): void;
  end(): void;
};

export function createCropProgress(total: number, output: NodeJS.WriteStream): CropProgress {
  const began = performance.now();
  const every = output.isTTY ? EVERY_MS.terminal : EVERY_MS.log;
  let done = 0;
  let lastShown = began;
  const clear = () => output.isTTY && output.write('\r\x1b[2K');
  const show = (now: number) => {
    lastShown = now;
    const secondsLeft = (((now - began) / done) * (total - done)) / 1000;
    const left = done < total ? `, ${durationOf(secondsLeft)} left` : '';
    clear();
    output.write(`${done}/${total} crops${left}${output.isTTY ? '' : '\n'}`);
  };
  return {
    done() {
      done += 1;
      const now = performance.now();
      if (now - lastShown >= every) show(now);
    },
    note(text) {
      clear();
      output.write(`${text}\n`);
    },
    end() {
      if (done > 0) show(performance.now());
      if (output.isTTY) output.write('\n');
    },
  };
}
