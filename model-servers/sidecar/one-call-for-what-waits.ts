/**
 * One call for the samples of one film that wait: while a call is under way, the film's next samples for the
 * same model gather and go together in the next one. What comes alone goes at once. A call costs client and
 * server about as much core time as a small network computes; a film has twenty.
 */
import { type Context, context, trace } from '@opentelemetry/api';
import type { GreyBatch, ModelClient, Outputs, When } from './model-client.ts';

type Waiting = {
  images: GreyBatch;
  when: When;
  /** Whose the call is in the trace: the first one's, linked to the others'. */
  context: Context;
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
};

type Line = { isCalling: boolean; waiting: Waiting[] };

/** `film` tells whose samples may go together: they share their deadline, their cancel and their trace. */
export type InferTogether = (film: string, ...call: Parameters<ModelClient['infer']>) => Promise<Outputs>;

export function oneCallForWhatWaits(
  { infer }: Pick<ModelClient, 'infer'>,
  /** Samples that the model takes in one call. */
  maxBatchOf: (model: string, version: string) => number,
): InferTogether {
  const lines = new Map<string, Line>();

  return (film, model, version, input, images, when) => {
    const key = [film, model, version, input, images.height, images.width].join('\t');
    const line = lines.get(key) ?? { isCalling: false, waiting: [] };
    lines.set(key, line);

    const callNext = async () => {
      const together = takeUpTo(line.waiting, maxBatchOf(model, version));
      line.isCalling = together.length > 0;
      if (!line.isCalling) return lines.delete(key);
      try {
        const when = {
          deadline: Math.max(...together.map((each) => each.when.deadline)),
          signal: whenAllAbort(together.map((each) => each.when.signal)),
          together: together.slice(1).flatMap((each) => trace.getSpanContext(each.context) ?? []),
        };
        const outputs = await context.with(together[0]!.context, () =>
          infer(model, version, input, join(together), when),
        );
        share(outputs, together);
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
      return callNext();
    };

    return new Promise((resolve, reject) => {
      line.waiting.push({ images, when, context: context.active(), resolve, reject });
      if (!line.isCalling) void callNext();
    });
  };
}

/** The first ones that fit together; the first one always, however large. */
function takeUpTo(waiting: Waiting[], most: number): Waiting[] {
  const alive = waiting.filter(({ when: { signal }, reject }) => {
    if (signal?.aborted) reject(signal.reason);
    return !signal?.aborted;
  });
  let samples = 0;
  const end = alive.findIndex(({ images }, index) => {
    samples += images.batch;
    return index > 0 && samples > most;
  });
  const taken = end < 0 ? alive : alive.slice(0, end);
  waiting.splice(0, waiting.length, ...alive.slice(taken.length));
  return taken;
}

function join(together: readonly Waiting[]): GreyBatch {
  const [{ images }] = together as [Waiting];
  if (together.length === 1) return images;
  const batch = together.reduce((sum, each) => sum + each.images.batch, 0);
  const pixels = new Uint8Array(batch * images.height * images.width);
  let offset = 0;
  for (const each of together) {
    pixels.set(each.images.pixels, offset);
    offset += each.images.pixels.byteLength;
  }
  return { ...images, batch, pixels };
}

/** To each its own samples. */
function share({ version, values }: Outputs, together: readonly Waiting[]): void {
  const all = together.reduce((sum, { images }) => sum + images.batch, 0);
  let before = 0;
  for (const { images, resolve } of together) {
    const first = before;
    before += images.batch;
    resolve({
      version,
      values(output) {
        const whole = values(output);
        const length = whole.length / all;
        return whole.subarray(first * length, (first + images.batch) * length);
      },
    });
  }
}

/** Undefined where one of them never does. */
function whenAllAbort(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  if (signals.length === 1 || signals.includes(undefined))
    return signals.length === 1 ? signals[0] : undefined;
  const controller = new AbortController();
  const look = () => {
    if (signals.every((signal) => signal!.aborted)) controller.abort(signals[0]!.reason);
  };
  for (const signal of signals) signal!.addEventListener('abort', look, { once: true });
  look();
  return controller.signal;
}
