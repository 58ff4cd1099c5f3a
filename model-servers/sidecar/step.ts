/**
 * One step of the walk as a member of its queue group: takes work while it has room and its model is
 * ready, refuses at once when not, follows deadlines and cancels, and says each second that it is there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Bus, Incoming, Served } from '#platform/bus/bus.ts';
import { reportAttributes } from '#platform/bus/report-attributes.ts';
import { queueGroupOf, type Step, SUBJECT } from '#platform/bus/subjects.ts';
import { deadlineSignal, hasPassed } from '#platform/deadline.ts';
import type { Logger } from '#platform/process/log.ts';
import { endingOf, markAborted, markFailed } from '#platform/telemetry/endings.ts';
import { ATTRIBUTE } from '#platform/telemetry/names.ts';
import { activeSpan } from '#platform/telemetry/tracing.ts';
import {
  Presence,
  Refusal_Reason,
  type Report,
  Report as ReportMessage,
} from '#proto/deepxray/bus/v1/bus.ts';
import type { Model } from '#proto/deepxray/v1/scoring.ts';
import { createCancellations } from './cancellations.ts';
import { createStepMetrics, nameOfRefusal } from './step-metrics.ts';

const PRESENT_EVERY_MS = 1000;
/** While it is away; a call that fails tells at once that it went, so a ready one is looked at half as often. */
const LOOK_AT_MODEL_EVERY_MS = 250;
const LOOK_AT_READY_MODEL_EVERY_MS = 500;
const DRAIN_WITHIN_MS = 8000;

/** One piece of work in hand. */
export type Work = Pick<Incoming, 'payload' | 'envelope' | 'respond'> & {
  instance: string;
  /** Aborts at the deadline and when the request is cancelled. */
  signal: AbortSignal;
  /** Sends a report to where the request's scores go. */
  report(report: NonNullable<Report['report']>): void;
};

export type StepService = { isReady(): boolean; stop(): Promise<void> };

export async function serveStep(settings: {
  step: Step;
  instance: string;
  capacity: number;
  models: readonly Model[];
  bus: Bus;
  log: Logger;
  /** Asked several times a second: while false, work goes to other pods. */
  isModelReady(): Promise<boolean>;
  /** Known at once from a call that failed: between two looks, work would go to a pod that cannot do it. */
  isModelAway(): boolean;
  /** The step's own way of saying no. */
  encodeRefusal(refusal: { reason: Refusal_Reason; instance: string }): Uint8Array;
  /** Ends early, by throwing or returning, once `work.signal` aborts. */
  handle(work: Work): Promise<void>;
}): Promise<StepService> {
  const { step, instance, capacity, models, bus, log, encodeRefusal, handle } = settings;
  const cancellations = createCancellations();
  const metrics = createStepMetrics(step, () => inFlight);
  let inFlight = 0;
  let draining = false;
  let taking: Served[] = [];

  const reasonToRefuse = ({ envelope }: Incoming): Refusal_Reason | undefined => {
    if (draining) return Refusal_Reason.REASON_DRAINING;
    if (hasPassed(envelope.deadline) || cancellations.isCancelled(envelope.correlationId)) {
      return Refusal_Reason.REASON_TOO_LATE;
    }
    if (settings.isModelAway()) return Refusal_Reason.REASON_MODEL_AWAY;
    if (inFlight >= capacity) return Refusal_Reason.REASON_BUSY;
    return undefined;
  };

  const take = async (incoming: Incoming): Promise<void> => {
    const reason = reasonToRefuse(incoming);
    if (reason !== undefined) {
      metrics.refused(reason);
      activeSpan()?.setAttribute(ATTRIBUTE.refusalReason, nameOfRefusal(reason));
      incoming.respond(encodeRefusal({ reason, instance }));
      return;
    }
    const { envelope } = incoming;
    const following = cancellations.follow(envelope.correlationId);
    const { signal, release } = deadlineSignal(envelope.deadline, following.signal);
    const begun = performance.now();
    const span = activeSpan();
    inFlight++;
    try {
      await handle({
        ...incoming,
        instance,
        signal,
        report: (report) => reportTo(bus, incoming, instance, report),
      });
    } catch (error) {
      // Work that nobody waits for any longer ends by throwing: that is no fault.
      if (signal.aborted) return;
      if (span) markFailed(span, error);
      throw error;
    } finally {
      // A model server may see the deadline a moment before this process' timer does.
      if (span && (signal.aborted || hasPassed(envelope.deadline)))
        markAborted(span, signal, envelope.deadline);
      inFlight--;
      release();
      following.done();
      metrics.done(performance.now() - begun, span ? endingOf(span).outcome : 'ok');
    }
  };

  const onError = (err: unknown) => log.error({ err, step }, 'work failed');

  const start = () => {
    taking = [
      bus.serve(SUBJECT.work(step), { queueGroup: queueGroupOf(step), onError }, take),
      bus.serve(
        SUBJECT.knock(step),
        { queueGroup: queueGroupOf(step), onError, untraced: true },
        (incoming) => {
          incoming.respond(new Uint8Array());
        },
      ),
    ];
  };
  const pause = async () => {
    const served = taking;
    taking = [];
    await Promise.all(served.map((each) => each.drain()));
  };

  const cancels = bus.serve(SUBJECT.cancel, { onError }, ({ envelope }) =>
    cancellations.cancel(envelope.correlationId, envelope.deadline),
  );

  const present = () => {
    if (taking.length === 0) return;
    const presence = { step, instance, inFlight, capacity, models: [...models] };
    bus.announce(SUBJECT.presence, Presence.encode(presence).finish());
  };

  const lookAtModel = async () => {
    const ready = await settings.isModelReady();
    if (draining || ready === taking.length > 0) return;
    // Of one that a call found gone, that call has told.
    const level = ready || settings.isModelAway() ? 'info' : 'warn';
    log[level]({ step }, ready ? 'taking work' : 'the model is away: taking no work');
    if (ready) {
      start();
      present();
    } else void pause();
  };
  const keepLooking = async () => {
    await lookAtModel();
    if (draining) return;
    nextLook = setTimeout(
      keepLooking,
      taking.length > 0 ? LOOK_AT_READY_MODEL_EVERY_MS : LOOK_AT_MODEL_EVERY_MS,
    );
  };
  let nextLook: NodeJS.Timeout | undefined;
  await keepLooking();
  const presenting = setInterval(present, PRESENT_EVERY_MS);

  return {
    isReady: () => taking.length > 0 && !draining,
    async stop() {
      draining = true;
      clearInterval(presenting);
      clearTimeout(nextLook);
      const drained = pause().then(() => true);
      if (!(await Promise.race([drained, delay(DRAIN_WITHIN_MS, false, { ref: false })]))) {
        log.warn({ step, inFlight }, 'not drained in time: stopping with work in hand');
      }
      await cancels.drain();
    },
  };
}

function reportTo(
  bus: Bus,
  { envelope }: Incoming,
  instance: string,
  report: NonNullable<Report['report']>,
): void {
  if (envelope.scoreTo === undefined) return;
  const payload = ReportMessage.encode({ instance, report }).finish();
  bus.publish(envelope.scoreTo, payload, envelope, {
    attributes: reportAttributes(report),
    // Where a joint is and that extraction is done: half of all reports, and no news in a trace that has their spans.
    untraced: report.$case === 'dispatched' || report.$case === 'extractionDone',
  });
}
