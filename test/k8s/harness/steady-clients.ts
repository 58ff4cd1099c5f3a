/**
 * Clients that ask at a steady rate, whatever comes back, and try once more where they are told to, or where their
 * connection broke before an answer came, as docs/operations.md asks of every client. A request is lost that gets no
 * answer then, or an error other than a 503 with Retry-After.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonReply, scoreJson } from '../../harness/score.ts';
import { judge, type Known } from '../../harness/steady-load.ts';

/** Little enough that two cores have some left for the pods that start meanwhile. */
const RATE_PER_S = Number(process.env.DEEPXRAY_K8S_RATE ?? 1);
const WAIT_S = 20;
/** Longer than any answer may take, so that a hang shows as no answer. */
const PATIENCE_MS = (WAIT_S + 5) * 1000;
const FILL_EVERY_MS = 20;
/** What a cluster takes to forget a pod that died, and then some: before that, a new connection may lead to it again. */
const REPEAT_CUT_AFTER_MS = 4000;

export type Tally = {
  sent: number;
  /** At the first try. */
  answered: number;
  /** 503 with Retry-After, and answered after that many seconds. */
  retried: number;
  /** No answer at all, since the connection broke or was refused; and answered when asked once more. */
  cut: number;
  lost: number;
  /** Another film's scores, or a joint unaccounted for. */
  wrong: number;
};

export type SteadyClients = {
  tally: Tally;
  /** Of what was cut, lost or wrong. */
  complaints: string[];
  /** How many requests have come to their end. */
  ended(): number;
  /** Waits for what is in hand. */
  stop(): Promise<Tally>;
};

export function startClients(
  url: string,
  known: readonly Known[],
  {
    atOnce,
    onAnswer = () => undefined,
  }: {
    /** Keeps so many in hand, instead of the steady rate. */
    atOnce?: number | undefined;
    onAnswer?: ((body: JsonReply['body']) => void) | undefined;
  } = {},
): SteadyClients {
  const tally: Tally = { sent: 0, answered: 0, retried: 0, cut: 0, lost: 0, wrong: 0 };
  const complaints: string[] = [];
  const inHand = new Set<Promise<void>>();
  const began = Date.now();

  const ask = async (film: Known) => {
    const at = ((Date.now() - began) / 1000).toFixed(1);
    const first = await tryOnce(url, film);
    if (first.outcome !== 'refused' && first.outcome !== 'cut') return count(first, 'answered', at);
    if (first.outcome === 'cut') complaints.push(`cut, sent after ${at} s: ${first.words}`);
    await delay(first.retryAfterMs);
    count(await tryOnce(url, film), first.outcome === 'cut' ? 'cut' : 'retried', at);
  };
  const count = ({ outcome, words, body }: Tried, well: 'answered' | 'retried' | 'cut', at: string) => {
    const verdict = outcome === 'answered' ? well : outcome === 'wrong' ? 'wrong' : 'lost';
    tally[verdict]++;
    if (verdict !== well) complaints.push(`${verdict}, sent after ${at} s: ${words}`);
    else if (body) onAnswer(body);
  };
  const send = () => {
    const film = known[tally.sent++ % known.length]!;
    const work: Promise<void> = ask(film).finally(() => inHand.delete(work));
    inHand.add(work);
  };
  const fill = () => {
    while (inHand.size < atOnce!) send();
  };
  const timer =
    atOnce === undefined ? setInterval(send, 1000 / RATE_PER_S) : setInterval(fill, FILL_EVERY_MS);

  return {
    tally,
    complaints,
    ended: () => tally.answered + tally.retried + tally.cut + tally.lost + tally.wrong,
    async stop() {
      clearInterval(timer);
      await Promise.all(inHand);
      return tally;
    },
  };
}

type Tried = { outcome: string; retryAfterMs: number; words: string; body?: JsonReply['body'] };

async function tryOnce(url: string, { hand, answer }: Known): Promise<Tried> {
  try {
    const reply = await scoreJson({ url }, hand.png, {
      headers: { prefer: `wait=${WAIT_S}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const outcome = judge(reply, answer);
    const retryAfterMs = Number(reply.headers.get('retry-after')) * 1000;
    return { outcome, retryAfterMs, words: wordsOf(reply), body: reply.body };
  } catch (thrown) {
    const { name, cause, message } = thrown as Error & { cause?: Error };
    const words = `no answer: ${cause?.message ?? message}`;
    // Who waited in vain would wait in vain again.
    return { outcome: name === 'TimeoutError' ? 'lost' : 'cut', retryAfterMs: REPEAT_CUT_AFTER_MS, words };
  }
}

const wordsOf = ({ status, tookMs, body: { type, detail, missing, traceId } }: JsonReply): string =>
  `${status} after ${Math.round(tookMs)} ms ${JSON.stringify({ type, detail, missing, traceId })}`;
