/**
 * A cap on work in hand, applied before anything is read or decoded: a refusal at once is worth more
 * to a client than a place in a queue that its deadline will not survive.
 */
import { DeepXRayError } from '#platform/errors/code.ts';

const RETRY_AFTER_S = 1;

export type Admission = {
  readonly inFlight: number;
  /** Throws `overloaded`; call what it answers when the work has ended. */
  enter(): () => void;
};

export function createAdmission(maxInFlight: number): Admission {
  let inFlight = 0;
  return {
    get inFlight() {
      return inFlight;
    },
    enter() {
      if (inFlight >= maxInFlight) {
        throw new DeepXRayError(
          'overloaded',
          'As many radiographs as can be taken are being scored. Try again shortly.',
          {
            retryAfterS: RETRY_AFTER_S,
          },
        );
      }
      inFlight++;
      let left = false;
      return () => {
        if (!left) inFlight--;
        left = true;
      };
    },
  };
}
