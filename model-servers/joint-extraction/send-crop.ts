/**
 * Gives a crop to a scoring pod that has room. Core NATS picks a member of the queue group at random,
 * busy or not, so a refusal means: ask again. Nobody's answer but the receipt comes here; the score
 * goes straight to the orchestrator.
 */
import { type Bus, NoReply, NoResponders } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { SUBJECT } from '#platform/bus/subjects.ts';
import { hasPassed } from '#platform/deadline.ts';
import { CropRequest, Receipt, Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';

/** A scorer's receipt needs no model: one that is silent for this long is dead, frozen or cut off. */
const RECEIPT_WITHIN_MS = 250;
const SILENCES_BORNE = 2;
/** Pods come and go in a rollout; a group that stays empty for this long is away. */
const EMPTY_BORNE_MS = 150;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 40;

/** Undefined once a scorer has the crop; else why no scorer took it. */
export async function sendCrop(
  bus: Bus,
  request: CropRequest,
  envelope: Envelope,
  signal: AbortSignal,
): Promise<MissingReason | undefined> {
  const payload = CropRequest.encode(request).finish();
  const begun = performance.now();
  let silences = 0;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted && !hasPassed(envelope.deadline)) {
    try {
      const reply = await bus.request(SUBJECT.work('joint-scoring'), payload, envelope, RECEIPT_WITHIN_MS);
      const { receipt } = Receipt.decode(reply);
      if (receipt?.$case === 'accepted') return undefined;
      switch (receipt?.value.reason) {
        case Refusal_Reason.REASON_BUSY:
        case Refusal_Reason.REASON_DRAINING:
          break;
        case Refusal_Reason.REASON_TOO_LATE:
          return MissingReason.MISSING_REASON_DEADLINE;
        default:
          return MissingReason.MISSING_REASON_FAILED;
      }
    } catch (error) {
      if (error instanceof NoReply) {
        silences++;
        if (silences > SILENCES_BORNE) return MissingReason.MISSING_REASON_UNAVAILABLE;
        continue;
      }
      if (!(error instanceof NoResponders) || performance.now() - begun > EMPTY_BORNE_MS) {
        return MissingReason.MISSING_REASON_UNAVAILABLE;
      }
    }
    await pause(pauseMs * (0.5 + Math.random()), signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
  return MissingReason.MISSING_REASON_DEADLINE;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
