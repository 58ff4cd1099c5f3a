/**
 * From one extraction request to ten outcomes: passes each joint on as it comes, asks again for what
 * was lost (bounded), and closes at the deadline with what there is.
 */
import { context } from '@opentelemetry/api';
import type { Bus } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { remainingMs } from '#platform/deadline.ts';
import type { JointName } from '#platform/domain/joints.ts';
import { jointToProto } from '#platform/domain/joints.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { inSpan } from '#platform/telemetry/tracing.ts';
import type { ExtractionRequest, JointPosition } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';
import type { ServiceTime } from '../service-time.ts';
import { askExtraction } from '../steps/ask-extraction.ts';
import { stepAway } from '../steps/presence.ts';
import { type Finished, Ledger, type Outcome } from './ledger.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { ScoreInbox } from './score-inbox.ts';

const TIMES_ASKED_AGAIN = 2;
const LOOK_FOR_LOST_EVERY_MS = 50;
/**
 * A burst on a small machine queues for this long without anything being lost; asking again then would
 * only lengthen the queue. Crops wait for a scorer in extraction's time; a scorer has only those that it took.
 */
const EXTRACTION_PATIENCE_FLOOR_MS = 2500;
const SCORING_PATIENCE_FLOOR_MS = 1500;

/** What all radiographs of one orchestrator share. */
export type Gatherer = {
  bus: Bus;
  inbox: ScoreInbox;
  retryBudget: RetryBudget;
  extractionTime: ServiceTime;
  scoringTime: ServiceTime;
  onAskedAgain(again: Omit<AskedAgain, 'known'>): void;
  onDropped(reports: number): void;
};

/** An extraction request but for the joints, which vary from try to try. */
export type Extraction = Omit<ExtractionRequest, 'joints' | 'known' | 'attempt'>;

/** Joints that are asked for again together. */
export type AskedAgain = {
  joints: JointName[];
  known: JointPosition[];
  attempt: number;
  reason: 'failed' | 'overdue';
};

export type Gathered = {
  outcomes: Map<JointName, Outcome>;
  deadlineCame: boolean;
  /** Some joint was asked for again: of the tries before, a pod may still be at work. */
  askedAgain: boolean;
};

/**
 * Resolves once every joint is done or the deadline came; rejects with `step-unavailable` where no pod
 * can begin, and with the signal's reason where the client went away. The envelope's deadline is the
 * pods'; the `deadline` signal is ours, a moment later.
 */
export async function gatherScores(
  gatherer: Gatherer,
  request: { extraction: Extraction; wanted: readonly JointName[]; given: readonly JointPosition[] },
  envelope: Envelope,
  { deadline, cancelled }: { deadline: AbortSignal; cancelled: AbortSignal },
  onFinished: (finished: Finished) => void,
): Promise<Gathered> {
  const { bus, inbox, retryBudget, extractionTime, scoringTime } = gatherer;
  const ledger = new Ledger(request.wanted, Date.now());
  const dispatchedAt = new Map<JointName, number>();
  const begun = Date.now();
  const over = AbortSignal.any([deadline, cancelled]);
  const settled = Promise.withResolvers<void>();
  const scoring = context.active();

  const finish = (finished: Finished | undefined) => {
    if (!finished) return;
    const sent = dispatchedAt.get(finished.joint);
    if (sent !== undefined && 'scored' in finished.outcome) scoringTime.observe(Date.now() - sent);
    onFinished(finished);
    if (ledger.isComplete) settled.resolve();
  };

  const ask = async (joints: readonly JointName[], known: readonly JointPosition[], attempt: number) => {
    const asked = await askExtraction(
      bus,
      { ...request.extraction, joints: joints.map(jointToProto), known: [...known], attempt },
      envelope,
      over,
    );
    if ('answer' in asked || asked.refused === 'too-late') return;
    const unavailable = asked.refused === 'unavailable';
    if (attempt === 0 && unavailable) throw stepAway(['joint-extraction']);
    const reason = unavailable
      ? MissingReason.MISSING_REASON_UNAVAILABLE
      : MissingReason.MISSING_REASON_FAILED;
    for (const joint of joints) {
      finish(
        ledger.apply(
          { $case: 'missing', value: { joint: jointToProto(joint), reason, attempt } },
          Date.now(),
        ),
      );
    }
  };

  const usualMs = () => extractionTime.usualMs + scoringTime.usualMs;
  const hasTriesLeft = (joint: JointName) => ledger.attemptsOf(joint) < TIMES_ASKED_AGAIN;
  const mayAskAgain = (joint: JointName) =>
    hasTriesLeft(joint) && remainingMs(envelope.deadline) > usualMs() && retryBudget.take();

  const lookForLost = () => {
    const { failed, overdue } = ledger.lost(Date.now(), {
      extractionMs: extractionTime.patienceMs(EXTRACTION_PATIENCE_FLOOR_MS),
      scoringMs: scoringTime.patienceMs(SCORING_PATIENCE_FLOOR_MS),
    });
    const again = new Map<string, AskedAgain>();
    const askAgain = (joint: JointName, reason: AskedAgain['reason']) => {
      const position = ledger.askedAgain(joint, Date.now()) ?? givenPositionOf(request.given, joint);
      const attempt = ledger.attemptsOf(joint);
      const key = `${reason} ${attempt}`;
      const together = again.get(key) ?? { joints: [], known: [], attempt, reason };
      together.joints.push(joint);
      if (position) together.known.push(position);
      again.set(key, together);
    };
    for (const joint of failed) {
      if (mayAskAgain(joint)) askAgain(joint, 'failed');
      else finish(ledger.giveUp(joint));
    }
    for (const joint of overdue) {
      if (mayAskAgain(joint)) askAgain(joint, 'overdue');
      // Where only the budget or the time says no, it may be queued and still come.
      else if (!hasTriesLeft(joint)) finish(ledger.giveUp(joint));
    }
    for (const { joints, known, attempt, reason } of again.values()) {
      gatherer.onAskedAgain({ joints, attempt, reason });
      const attributes = {
        [ATTRIBUTE.joints]: joints,
        [ATTRIBUTE.attempt]: attempt,
        [ATTRIBUTE.askedAgainFor]: reason,
      };
      // Not below the report that may have told of the failure: it belongs to the scoring as a whole.
      void inSpan('ask again', { attributes, parent: scoring }, () => ask(joints, known, attempt)).catch(
        settled.reject,
      );
    }
  };

  const unregister = inbox.register(envelope.correlationId, (report) => {
    const now = Date.now();
    if (report.$case === 'dispatched') {
      if (report.value.attempt === 0) extractionTime.observe(now - begun);
      const joint = request.wanted.find((name) => jointToProto(name) === report.value.position?.joint);
      if (joint) dispatchedAt.set(joint, now);
    }
    finish(ledger.apply(report, now));
    if (report.$case === 'missing') lookForLost();
  });
  const timer = setInterval(lookForLost, LOOK_FOR_LOST_EVERY_MS);
  const onOver = () => settled.resolve();
  over.addEventListener('abort', onOver, { once: true });
  try {
    retryBudget.deposit(request.wanted.length);
    if (over.aborted) onOver();
    else
      await Promise.race([
        ask(request.wanted, request.given, 0).then(() => settled.promise),
        settled.promise,
      ]);
    cancelled.throwIfAborted();
    const unfinished = ledger.close(MissingReason.MISSING_REASON_DEADLINE);
    for (const finished of unfinished) onFinished(finished);
    const askedAgain = request.wanted.some((joint) => ledger.attemptsOf(joint) > 0);
    return { outcomes: ledger.outcomes(), deadlineCame: unfinished.length > 0, askedAgain };
  } finally {
    clearInterval(timer);
    over.removeEventListener('abort', onOver);
    unregister();
    gatherer.onDropped(ledger.dropped);
  }
}

const givenPositionOf = (given: readonly JointPosition[], joint: JointName): JointPosition | undefined =>
  given.find((position) => position.joint === jointToProto(joint));
