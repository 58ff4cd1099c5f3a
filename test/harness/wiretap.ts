/** One more client of nats-server, which hears every score and takes the part of pods that misbehave. */
import { randomBytes } from 'node:crypto';
import {
  connect,
  headers as createHeaders,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';
import { HEADER, queueGroupOf, type Step, SUBJECT } from '../../platform/bus/subjects.ts';
import { CropRequest, Receipt, Report, type Scored } from '../../proto/generated/deepxray/bus/v1/bus.ts';

export type Wiretap = {
  /** Messages that were sent on top of the real ones. */
  repeated(): number;
  /** Times that its own pods have done to work what they do. */
  misdeeds(): number;
  stop(): Promise<void>;
};

/**
 * What a pod does with work: replies nonsense; takes crops and never scores; sends scores that no model can have
 * given; has it done so late, or twice, by the real pods.
 */
export type Vice = 'nonsense' | 'silent' | 'impossible' | 'late' | 'twice';

const MARK = 'wiretap';
/** By then its work has been asked of another. */
const LATE_MS = 2500;

export async function startWiretap(
  url: string,
  part: {
    /** Sends every report and score again, so much later. */
    repeatAfterMs?: readonly number[];
    /** Sends bytes that are no message, messages cut short, and a stranger's correlation id. */
    nonsense?: boolean;
    /** Joins the queue groups of these steps. */
    pods?: { steps: readonly Step[]; vice: Vice };
  },
): Promise<Wiretap> {
  const connection = await connect({ servers: url, name: MARK });
  let sent = 0;
  let misdeeds = 0;
  const send = (
    message: Msg,
    payload: Uint8Array,
    correlationId = message.headers!.get(HEADER.correlationId),
  ) => {
    if (connection.isClosed() || connection.isDraining()) return;
    const copy = markedHeaders(message);
    copy.set(HEADER.correlationId, correlationId);
    connection.publish(message.subject, payload, { headers: copy });
    sent++;
  };

  connection.subscribe('deepxray.scores.*', {
    callback: (error, message) => {
      if (error || !message.headers || message.headers.has(MARK)) return;
      for (const ms of part.repeatAfterMs ?? []) setTimeout(() => send(message, message.data), ms).unref();
      if (part.nonsense) {
        send(message, randomBytes(64));
        send(message, message.data.subarray(0, message.data.length >> 1));
        send(message, message.data, randomBytes(16).toString('hex'));
        send(message, message.data, 'no correlation id');
      }
    },
  });
  for (const step of part.pods?.steps ?? []) {
    const misbehave = withVice(part.pods!.vice, connection, () => misdeeds++);
    connection.subscribe(SUBJECT.work(step), {
      queue: queueGroupOf(step),
      callback: (error, message) => {
        if (error) return;
        // What it has handed on itself comes back to it at times.
        if (message.headers?.has(MARK)) return handOn(connection, message);
        misbehave(message);
      },
    });
  }
  await connection.flush();

  return {
    repeated: () => sent,
    misdeeds: () => misdeeds,
    stop: async () => {
      if (!connection.isClosed()) await connection.close();
    },
  };
}

/** `count` is called at each misdeed, with the number of those before. */
function withVice(vice: Vice, connection: NatsConnection, count: () => number): (work: Msg) => void {
  const take = (work: Msg) => {
    const accepted: Receipt = { receipt: { $case: 'accepted', value: { instance: MARK } } };
    work.respond(Receipt.encode(accepted).finish());
  };
  const misdeeds: Record<Vice, (work: Msg, turn: number) => void> = {
    nonsense: (work) => void work.respond(randomBytes(40)),
    silent: take,
    impossible(work, turn) {
      take(work);
      sendImpossibleScore(connection, work, turn);
    },
    late: (work) => handOn(connection, work),
    twice(work) {
      handOn(connection, work);
      handOn(connection, work);
    },
  };
  const misbehave = (work: Msg) => misdeeds[vice](work, count());
  return vice === 'late' ? (work) => void setTimeout(misbehave, LATE_MS, work).unref() : misbehave;
}

/** To any pod of the step, as if it came from who asked. */
function handOn(connection: NatsConnection, work: Msg): void {
  if (connection.isClosed() || connection.isDraining()) return;
  connection.publish(work.subject, work.data, { headers: markedHeaders(work), reply: work.reply! });
}

const IMPOSSIBLE: Pick<Scored, 'probabilities' | 'erosionPercent'>[] = [
  { probabilities: Array(6).fill(Number.NaN), erosionPercent: 50 },
  { probabilities: [], erosionPercent: 50 },
  { probabilities: [0, 0, 0, 0, 0, 1], erosionPercent: 900 },
  { probabilities: [1, 1, 1, 1, 1, 1], erosionPercent: Number.POSITIVE_INFINITY },
];

function sendImpossibleScore(connection: NatsConnection, crop: Msg, turn: number): void {
  const { joint, attempt } = CropRequest.decode(crop.data);
  const value: Scored = {
    joint,
    ...IMPOSSIBLE[turn % IMPOSSIBLE.length]!,
    scorable: 1,
    model: { name: 'joint-scoring', version: '1' },
    attempt,
  };
  const report = Report.encode({ instance: MARK, report: { $case: 'scored', value } }).finish();
  connection.publish(crop.headers!.get(HEADER.scoreTo), report, { headers: markedHeaders(crop) });
}

/** Those of a real message, by which it is told from one of ours. */
function markedHeaders({ headers }: Msg): MsgHdrs {
  const copy = createHeaders();
  for (const [name, values] of headers!) copy.set(name, values[0]!);
  copy.set(MARK, '1');
  return copy;
}
