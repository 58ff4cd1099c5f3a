/**
 * Asks a step for work until a pod of it takes it. Core NATS picks a member of the queue group at
 * random, busy or not, so a refusal means: ask again, after a short pause that grows and varies.
 */
import type { Attributes } from '@opentelemetry/api';
import { Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { hasPassed } from '../deadline.ts';
import { pause } from '../pause.ts';
import type { WaitingLine } from '../waiting-line.ts';
import { type Bus, BusAway, NoReply, NoResponders } from './bus.ts';
import type { Envelope } from './envelope.ts';
import { type Step, SUBJECT } from './subjects.ts';

/** Pods that are silent (dead, frozen, cut off) or talk nonsense, and failed models, that are borne before the step counts as away. */
const FAILURES_BORNE = 2;
/**
 * A nats-server that stops sends its clients to another: who asks, or the last pod of a step, is then between two
 * servers for some tenths of a second. Longer than this nobody is there. Whether a step has a pod at all is asked
 * before a radiograph is taken on (orchestrator/steps/presence.ts), and refused at once.
 */
const AWAY_BORNE_MS = 1000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 40;
/** Times `replyWithinMs` that the slowest pod is waited for. */
const MOST_PATIENCE = 4;
/** Who gets no reply for so long has met a pod that is frozen or slow, and goes on by itself: it holds up nobody behind it. */
const STEPS_ASIDE_AFTER_MS = 50;
/**
 * Of those that ask one step through one line, so many ask again at a time while its pods are busy. One alone would be
 * held up wherever chance leads it to a pod that is full (docs/adr/0005-core-nats-for-crops.md).
 */
export const ASKING_AGAIN = 3;

export type Asked<T> =
  | { answer: T }
  /**
   * unavailable: nobody listens, or nobody answers with sense. too-late: the deadline or a cancel came first.
   * failed: the model failed each time, or the pod cannot make sense of the message.
   */
  | { refused: 'unavailable' | 'too-late' | 'failed' };

export type Answer<T> = { answer: T } | { refusal: Refusal_Reason };

/** How long to wait for a reply at least so long, from how long replies took. */
export type ReplyTime = { observe(ms: number): void; patienceMs(floorMs: number): number };

type Question<T> = {
  bus: Bus;
  step: Step;
  payload: Uint8Array;
  envelope: Envelope;
  signal: AbortSignal;
  /** Silence for this long means that the pod is gone. */
  replyWithinMs: number;
  /**
   * For a step that replies only when its model has computed: how long that takes of late, so that one which a burst keeps
   * busy is not taken for one that is gone, and given its work again. Of answers alone: silence and refusals teach nothing.
   */
  replyTime?: ReplyTime;
  /** Undefined, or throws, for what no pod of ours says. */
  read(reply: Uint8Array): Answer<T> | undefined;
  /** Of the message's span. */
  attributes?: Attributes;
  /**
   * For a step that is asked for much at once: while it is busy, only the first in line ask again. If all did on their
   * own, a burst would keep pods and server busy with refusals.
   */
  line?: WaitingLine;
};

export async function askStep<T>(question: Question<T>): Promise<Asked<T>> {
  const { line, signal } = question;
  let leave: (() => void) | undefined;
  const queue = async () => {
    leave ??= await line?.enter(signal);
  };
  try {
    if (line && !line.isEmpty) await queue();
    return await ask(question, queue, () => leave?.());
  } finally {
    leave?.();
  }
}

async function ask<T>(
  {
    bus,
    step,
    payload,
    envelope,
    signal,
    replyWithinMs,
    replyTime,
    read,
    attributes = {},
    line,
  }: Question<T>,
  queue: () => Promise<void>,
  stepAside: () => void,
): Promise<Asked<T>> {
  const withinMs = () =>
    Math.min(MOST_PATIENCE * replyWithinMs, replyTime?.patienceMs(replyWithinMs) ?? replyWithinMs);
  let failures = 0;
  let awaySince: number | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted && !hasPassed(envelope.deadline)) {
    const aside = line && setTimeout(stepAside, STEPS_ASIDE_AFTER_MS);
    try {
      const asked = performance.now();
      const reply = await bus.request(SUBJECT.work(step), payload, envelope, withinMs(), { attributes });
      awaySince = undefined;
      const answer = readIfSound(read, reply);
      if (!answer) {
        if (++failures > FAILURES_BORNE) return { refused: 'unavailable' };
        continue;
      }
      if ('answer' in answer) {
        replyTime?.observe(performance.now() - asked);
        return answer;
      }
      if (answer.refusal === Refusal_Reason.REASON_TOO_LATE) return { refused: 'too-late' };
      if (answer.refusal === Refusal_Reason.REASON_INVALID) return { refused: 'failed' };
      if (answer.refusal === Refusal_Reason.REASON_MODEL_FAILED && ++failures > FAILURES_BORNE) {
        return { refused: 'failed' };
      }
      if (answer.refusal === Refusal_Reason.REASON_BUSY) await queue();
    } catch (error) {
      if (error instanceof NoReply) {
        if (error.cameTooLate) return { refused: 'too-late' };
        if (++failures > FAILURES_BORNE) return { refused: 'unavailable' };
        continue;
      }
      const now = performance.now();
      awaySince ??= now;
      const mayBeBack = error instanceof NoResponders || error instanceof BusAway;
      if (!mayBeBack || now - awaySince > AWAY_BORNE_MS) return { refused: 'unavailable' };
    } finally {
      clearTimeout(aside);
    }
    await pause(pauseMs * (0.5 + Math.random()), signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
  return { refused: 'too-late' };
}

function readIfSound<T>(read: Question<T>['read'], reply: Uint8Array): Answer<T> | undefined {
  try {
    return read(reply);
  } catch {
    return undefined;
  }
}
