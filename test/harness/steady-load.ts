/**
 * Clients that ask without a pause, each film with an answer known beforehand, and a tally of what they got.
 * Whatever breaks meanwhile, every request ends as one of these; `wrong` and `hung` never may.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { JOINT_NAMES, type JointName } from '../../platform/domain/joints.ts';
import type { Hand } from './hands.ts';
import { scoreLean } from './lean-client.ts';
import type { Mesh } from './mesh.ts';
import { type JsonReply, scoreJson } from './score.ts';

export type Tally = {
  sent: number;
  /** 200, ten scores, those of this film. */
  answered: number;
  /** 200, but a joint is `failed` or `unavailable` after all retries; the rest is right. */
  partial: number;
  /** 429 or 503 with Retry-After. */
  refused: number;
  /** 504 in time, with every joint accounted for. */
  expired: number;
  /** The connection broke or was not to be had: only who kills the gateway may cause it. */
  cut: number;
  /** No answer by the deadline and a little more. */
  hung: number;
  /** Any other status, another film's scores, or a joint unaccounted for. */
  wrong: number;
};

export type SteadyLoad = {
  tally: Tally;
  /** What was hung or wrong, for people. */
  complaints: string[];
  /** What was refused, partial or expired: none of it where a fault may cost no request. */
  shortfalls: string[];
  /** Milliseconds from sending to the answer, of those answered. */
  tookMs: number[];
  /** The same, of those refused. */
  refusedMs: number[];
  stop(): Promise<Tally>;
};

export type Known = { hand: Hand; answer: JsonReply['body'] };

/** Scores each hand alone, which is what it must get ever after. */
export async function learn(mesh: Pick<Mesh, 'url'>, hands: readonly Hand[]): Promise<Known[]> {
  const known: Known[] = [];
  for (const hand of hands) {
    const { status, body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
    if (status !== 200) throw new Error(`a hand alone got ${status}: ${body.detail}`);
    known.push({ hand, answer: body });
  }
  return known;
}

/** How long a dead gateway's clients wait before they try again. */
const AFTER_CUT_MS = 100;

export function startLoad(
  mesh: Pick<Mesh, 'url'>,
  known: readonly Known[],
  {
    clients = 3,
    waitS = 5,
    graceMs = 1000,
    refusedPauseMs = AFTER_CUT_MS,
    addressOf,
  }: {
    clients?: number;
    /** What each client is willing to wait. */
    waitS?: number;
    /** How much later than that an answer may come on a machine whose cores are busy. */
    graceMs?: number;
    /** How long a client that was refused waits before it asks again. */
    refusedPauseMs?: number;
    /** What a trusted proxy would say of each client's address. */
    addressOf?: (client: number) => string;
  } = {},
): SteadyLoad {
  const tally: Tally = {
    sent: 0,
    answered: 0,
    partial: 0,
    refused: 0,
    expired: 0,
    cut: 0,
    hung: 0,
    wrong: 0,
  };
  const load: SteadyLoad = { tally, complaints: [], shortfalls: [], tookMs: [], refusedMs: [], stop };
  const latestMs = waitS * 1000 + graceMs;
  let wanted = true;

  const ask = async ({ hand, answer }: Known, headers: Record<string, string>) => {
    tally.sent++;
    const began = performance.now();
    try {
      const reply = await scoreLean(mesh, hand.png, {
        headers: { prefer: `wait=${waitS}`, ...headers },
        // Longer than it may take, so that a hang is told from an answer that came late.
        signal: AbortSignal.timeout(latestMs + 30_000),
      });
      const outcome = reply.tookMs > latestMs ? 'hung' : judge(reply, answer);
      tally[outcome]++;
      if (outcome === 'answered') load.tookMs.push(reply.tookMs);
      if (outcome === 'refused') {
        load.refusedMs.push(reply.tookMs);
        await delay(refusedPauseMs);
      }
      if (outcome === 'answered') return;
      const told = outcome === 'wrong' || outcome === 'hung' ? load.complaints : load.shortfalls;
      const { type, detail, missing, traceId } = reply.body;
      const why = JSON.stringify({ type, detail, missing, traceId });
      told.push(`${outcome} after ${Math.round(reply.tookMs)} ms: ${reply.status} ${why}`);
    } catch (thrown) {
      const tookMs = Math.round(performance.now() - began);
      if (tookMs > latestMs) {
        tally.hung++;
        load.complaints.push(`hung: cut after ${tookMs} ms`);
        return;
      }
      if (!(thrown instanceof Error && 'code' in thrown)) throw thrown;
      tally.cut++;
      await delay(AFTER_CUT_MS);
    }
  };
  const client = async (first: number) => {
    const headers: Record<string, string> = addressOf ? { 'x-forwarded-for': addressOf(first) } : {};
    for (let turn = first; wanted; turn++) await ask(known[turn % known.length]!, headers);
  };
  const running = Array.from({ length: clients }, (_, index) => client(index));

  async function stop(): Promise<Tally> {
    wanted = false;
    await Promise.all(running);
    return tally;
  }
  return load;
}

const OF_THE_MESH = new Set(['failed', 'unavailable', 'deadline']);

/** What became of a request whose film has this answer when it is alone. */
export function judge({ status, headers, body }: JsonReply, answer: JsonReply['body']): keyof Tally {
  if ((status === 503 || status === 429) && Number(headers.get('retry-after')) >= 1) return 'refused';
  if (status !== 200 && status !== 504) return 'wrong';
  if (!body.joints || !body.missing) return 'wrong';
  const lacking = JOINT_NAMES.filter((joint) => !isAsKnown(body, answer, joint));
  if (lacking.some((joint) => body.joints[joint] || !OF_THE_MESH.has(body.missing[joint] ?? '')))
    return 'wrong';
  if (status === 504) return lacking.length > 0 ? 'expired' : 'wrong';
  return lacking.length > 0 ? 'partial' : 'answered';
}

/** The same box, and the same probabilities to 1e-4; or missing for the same reason. */
function isAsKnown(body: JsonReply['body'], answer: JsonReply['body'], joint: JointName): boolean {
  const [a, b] = [answer.joints[joint], body.joints[joint]];
  if (!a) return !b && answer.missing[joint] === body.missing[joint];
  if (!b) return false;
  return (
    JSON.stringify(a.box) === JSON.stringify(b.box) &&
    a.probabilities.every((one, grade) => Math.abs(one - b.probabilities[grade]!) <= 1e-4)
  );
}

const SHOWN = ['sent', 'answered', 'partial', 'refused', 'expired', 'cut', 'hung', 'wrong'] as const;

/** With the time until every process can serve again, and until three more films were answered. */
export type FaultTally = Tally & { wholeMs: number; answersMs: number };

/** One line for each fault, for the log of a test run. */
export function printTallies(title: string, tallies: Record<string, FaultTally>): void {
  const rows = Object.fromEntries(
    Object.entries(tallies).map(([fault, tally]) => [
      fault,
      {
        ...Object.fromEntries(SHOWN.map((name) => [name, tally[name]])),
        'whole, s': (tally.wholeMs / 1000).toFixed(1),
        '3 answers, s': (tally.answersMs / 1000).toFixed(1),
      },
    ]),
  );
  console.log(title);
  console.table(rows);
}
