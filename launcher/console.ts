/**
 * What a person sees. Lines are written in the background: a launcher whose output nobody reads
 * must not come to a stop, and the mesh with it.
 */
import { write } from 'node:fs';
import { styleText } from 'node:util';

export type Tone = 'plain' | 'good' | 'warning' | 'error' | 'quiet';

export type Console = {
  /** One line of `speaker`, a process or the launcher itself. */
  say(speaker: string, text: string, tone?: Tone): void;
  /** Text that stands as it is. */
  print(text: string): void;
  /** Waits a moment for what is not yet written. */
  flush(): Promise<void>;
};

const STYLE = {
  plain: undefined,
  good: 'green',
  warning: 'yellow',
  error: 'red',
  quiet: 'dim',
} as const satisfies Record<Tone, unknown>;

const SPEAKER_WIDTH = 16;

export function createConsole(output: NodeJS.WriteStream & { fd: number }): Console {
  const coloured = output.isTTY === true && process.env.NO_COLOR === undefined;
  const styled = (style: Parameters<typeof styleText>[0] | undefined, text: string) =>
    coloured && style !== undefined ? styleText(style, text, { validateStream: false }) : text;
  const writer = createWriter(output.fd);
  return {
    say: (speaker, text, tone = 'plain') =>
      writer.write(`${styled('cyan', speaker.padEnd(SPEAKER_WIDTH))} ${styled(STYLE[tone], text)}\n`),
    print: (text) => writer.write(`${text}\n`),
    flush: () => writer.flush(),
  };
}

/** Beyond this, what nobody reads is dropped. */
const MOST_WAITING_CHARACTERS = 1_000_000;
const FLUSH_WITHIN_MS = 300;

function createWriter(fd: number): { write(text: string): void; flush(): Promise<void> } {
  let waiting = '';
  let writing = false;
  let onIdle: (() => void) | undefined;

  const next = () => {
    if (writing) return;
    if (waiting === '') return onIdle?.();
    writing = true;
    const bytes = Buffer.from(waiting);
    waiting = '';
    writeAll(fd, bytes, () => {
      writing = false;
      next();
    });
  };
  return {
    write(text) {
      if (waiting.length < MOST_WAITING_CHARACTERS) waiting += text;
      next();
    },
    flush: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        setTimeout(resolve, FLUSH_WITHIN_MS).unref();
        next();
      }),
  };
}

/** A reader that is gone (EPIPE) is no reason to stop; one that is slow is waited for. */
function writeAll(fd: number, bytes: Buffer, done: () => void): void {
  write(fd, bytes, (error, written) => {
    if (error?.code === 'EAGAIN') return void setTimeout(() => writeAll(fd, bytes, done), 20);
    if (error || written >= bytes.length) return done();
    writeAll(fd, bytes.subarray(written), done);
  });
}
