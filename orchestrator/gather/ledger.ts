/**
 * What is known of each joint of one radiograph, from wanted to scored or missing; pure. The first
 * answer for a joint wins: duplicates and late ones change nothing, and are counted by who asks.
 */
import { JOINT_NAMES, type JointName, jointFromProto, type jointToProto } from '#platform/domain/joints.ts';
import type { Dispatched, JointPosition, Missing, Report, Scored } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';

export type Place = Pick<Dispatched, 'cropSide'> & { position: JointPosition };

export type Outcome = { place: Place; scored: Scored } | { missing: MissingReason };

export type Finished = { joint: JointName; outcome: Outcome };

type Entry = {
  /** asked: extraction has it; dispatched: a scorer has its crop; failed: a pod said so; done. */
  state: 'asked' | 'dispatched' | 'failed' | 'done';
  /** When it came into this state, ms. */
  since: number;
  /** How often it has been asked for again. */
  attempt: number;
  place?: Place;
  /** A score that came before its place. */
  early?: Scored;
  /** Why it is missing if it is given up. */
  reason: MissingReason;
  outcome?: Outcome;
};

/** Milliseconds after which an answer counts as lost. */
export type Patience = { extractionMs: number; scoringMs: number };

const ASK_AGAIN_REASONS: ReadonlySet<MissingReason> = new Set([
  MissingReason.MISSING_REASON_FAILED,
  MissingReason.MISSING_REASON_UNAVAILABLE,
]);

export class Ledger {
  readonly #entries: Map<JointName, Entry>;
  /** Reports that changed nothing. */
  dropped = 0;

  constructor(wanted: readonly JointName[], now: number) {
    const order = JOINT_NAMES.filter((joint) => wanted.includes(joint));
    const reason = MissingReason.MISSING_REASON_FAILED;
    this.#entries = new Map(
      order.map((joint) => [joint, { state: 'asked', since: now, attempt: 0, reason }]),
    );
  }

  get isComplete(): boolean {
    return this.#all(({ state }) => state === 'done');
  }

  /** In anatomical order. */
  outcomes(): Map<JointName, Outcome> {
    const done = [...this.#entries].filter(([, entry]) => entry.outcome !== undefined);
    return new Map(done.map(([joint, entry]) => [joint, entry.outcome!]));
  }

  /** Takes a report in; answers the joint that it finished, if it did. */
  apply(report: NonNullable<Report['report']>, now: number): Finished | undefined {
    switch (report.$case) {
      case 'dispatched':
        return this.#dispatched(report.value, now);
      case 'scored':
        return this.#scored(report.value);
      case 'missing':
        return this.#missing(report.value, now);
      case 'extractionDone':
        return undefined;
    }
  }

  #dispatched({ position, cropSide, attempt }: Dispatched, now: number): Finished | undefined {
    const found = position && this.#open(position.joint);
    if (!position || !found) return undefined;
    const { joint, entry } = found;
    if (attempt < entry.attempt && entry.place) return this.#drop();
    entry.place = { position, cropSide };
    if (entry.early) return this.#finish(joint, { place: entry.place, scored: entry.early });
    if (attempt === entry.attempt) Object.assign(entry, { state: 'dispatched', since: now });
    return undefined;
  }

  #scored(scored: Scored): Finished | undefined {
    const found = this.#open(scored.joint);
    if (!found) return undefined;
    const { joint, entry } = found;
    if (entry.place) return this.#finish(joint, { place: entry.place, scored });
    entry.early ??= scored;
    return undefined;
  }

  #missing({ joint: protoJoint, reason, attempt }: Missing, now: number): Finished | undefined {
    const found = this.#open(protoJoint);
    if (!found) return undefined;
    const { joint, entry } = found;
    // Only our own deadline closes a joint: a pod's clock may be fast, and a score may still come.
    if (reason === MissingReason.MISSING_REASON_DEADLINE) return undefined;
    if (!ASK_AGAIN_REASONS.has(reason)) return this.#finish(joint, { missing: reason });
    // Of an earlier attempt: the present one may still succeed.
    if (attempt < entry.attempt) return this.#drop();
    Object.assign(entry, { state: 'failed', since: now, reason });
    return undefined;
  }

  /**
   * Joints to be asked for again: `failed`, since a pod said so, and `overdue`, of which nothing was
   * heard for too long. An overdue one may still come: it is only lost once it is given up.
   */
  lost(now: number, patience: Patience): { failed: JointName[]; overdue: JointName[] } {
    const those = (is: (entry: Entry) => boolean) =>
      [...this.#entries].filter(([, entry]) => is(entry)).map(([joint]) => joint);
    return {
      failed: those(({ state }) => state === 'failed'),
      overdue: those(
        ({ state, since }) =>
          (state === 'asked' && now - since > patience.extractionMs) ||
          (state === 'dispatched' && now - since > patience.scoringMs),
      ),
    };
  }

  attemptsOf(joint: JointName): number {
    return this.#entries.get(joint)?.attempt ?? 0;
  }

  /** Marks a joint as asked for again; answers where it is, where that is known. */
  askedAgain(joint: JointName, now: number): JointPosition | undefined {
    const entry = this.#entries.get(joint);
    if (!entry) return undefined;
    entry.attempt++;
    Object.assign(entry, { state: 'asked', since: now, reason: MissingReason.MISSING_REASON_FAILED });
    return entry.place?.position;
  }

  /** No further try. */
  giveUp(joint: JointName): Finished | undefined {
    const entry = this.#entries.get(joint);
    return entry && entry.state !== 'done' ? this.#finish(joint, { missing: entry.reason }) : undefined;
  }

  /** Every joint that is not done is missing for this reason. */
  close(reason: MissingReason): Finished[] {
    const open = [...this.#entries].filter(([, { state }]) => state !== 'done');
    return open.map(([joint]) => this.#finish(joint, { missing: reason }));
  }

  #open(protoJoint: number): { joint: JointName; entry: Entry } | undefined {
    const joint = jointFromProto(protoJoint as ReturnType<typeof jointToProto>);
    const entry = joint && this.#entries.get(joint);
    if (!joint || !entry || entry.state === 'done') return this.#drop();
    return { joint, entry };
  }

  #drop(): undefined {
    this.dropped++;
    return undefined;
  }

  #finish(joint: JointName, outcome: Outcome): Finished {
    Object.assign(this.#entries.get(joint)!, { state: 'done', outcome });
    return { joint, outcome };
  }

  #all(holds: (entry: Entry) => boolean): boolean {
    return [...this.#entries.values()].every(holds);
  }
}
