/**
 * Clients that ask at a steady rate, whatever comes back, and try once more where they are told to. A
 * request is lost that gets no HTTP answer, an error other than a 503 with Retry-After, or that one twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonReply, scoreJson } from '../../harness/score.ts';
import { judge, type Known } from '../../harness/steady-load.ts';

/** Little enough that two cores have some left for the pods that start meanwhile. */
const RATE_PER_S = Number(process.env.DEEPXRAY_K8S_RATE ?? 1);
const WAIT_S = 20;
/** Longer than any answer may take, so that a hang shows as no answer. */
const PATIENCE_MS = (WAIT_S + 5) * 1000;

export type Tally = {
  sent: number;
  /** At the first try. */
  answered: number;
  /** 503 with Retry-After, and answered after that many seconds. */
  retried: number;
  lost: number;
  /** Another film's scores, or a joint unaccounted for. */
  wrong: number;
};

export type SteadyClients = {
  tally: Tally;
  complaints: string[];
  /** Waits for what is in hand. */
  stop(): Promise<Tally>;
};

export function startClients(url: string, known: readonly Known[]): SteadyClients {
  const tally: Tally = { sent: 0, answered: 0, retried: 0, lost: 0, wrong: 0 };
  const complaints: string[] = [];
  const inHand = new Set<Promise<void>>();
  const began = Date.now();

  const ask = async (film: Known) => {
    const at = ((Date.now() - began) / 1000).toFixed(1);
    const first = await tryOnce(url, film);
    if (first.outcome !== 'refused') return count(first, 'answered', at);
    await delay(first.retryAfterS * 1000);
    count(await tryOnce(url, film), 'retried', at);
  };
  const count = ({ outcome, words }: Tried, well: 'answered' | 'retried', at: string) => {
    const verdict = outcome === 'answered' ? well : outcome === 'wrong' ? 'wrong' : 'lost';
    tally[verdict]++;
    if (verdict !== well) complaints.push(`${verdict}, sent after ${at} s: ${words}`);
  };
  const timer = setInterval(() => {
    const film = known[tally.sent++ % known.length]!;
    const work: Promise<void> = ask(film).finally(() => inHand.delete(work));
    inHand.add(work);
  }, 1000 / RATE_PER_S);

  return {
    tally,
    complaints,
    async stop() {
      clearInterval(timer);
      await Promise.all(inHand);
      return tally;
    },
  };
}

type Tried = { outcome: string; retryAfterS: number; words: string };

async function tryOnce(url: string, { hand, answer }: Known): Promise<Tried> {
  try {
    const reply = await scoreJson({ url }, hand.png, {
      headers: { prefer: `wait=${WAIT_S}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const outcome = judge(reply, answer);
    return { outcome, retryAfterS: Number(reply.headers.get('retry-after')), words: wordsOf(reply) };
  } catch (thrown) {
    const { cause, message } = thrown as Error & { cause?: Error };
    return { outcome: 'cut', retryAfterS: 0, words: `no answer: ${cause?.message ?? message}` };
  }
}

const wordsOf = ({ status, tookMs, body: { type, detail, missing, traceId } }: JsonReply): string =>
  `${status} after ${Math.round(tookMs)} ms ${JSON.stringify({ type, detail, missing, traceId })}`;
