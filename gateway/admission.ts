/**
 * A cap on scorings in hand, applied before an upload is read: a refusal at once is worth more to a
 * client than a place in a queue that its deadline will not survive. One client may not take all places.
 */
import { DeepXRayError } from '#platform/errors/code.ts';

const RETRY_AFTER_S = 1;

export type Admission = {
  readonly inFlight: number;
  /** Throws `rate-limited` or `overloaded`; call what it answers when the scoring has ended. */
  enter(client: string): () => void;
};

export function createAdmission(limits: { maxInFlight: number; maxInFlightPerClient: number }): Admission {
  let inFlight = 0;
  const byClient = new Map<string, number>();
  return {
    get inFlight() {
      return inFlight;
    },
    enter(client) {
      const own = byClient.get(client) ?? 0;
      if (own >= limits.maxInFlightPerClient) {
        throw new DeepXRayError(
          'rate-limited',
          `${own} radiographs of this client are being scored, which is as many as one client may have. Wait for one of them.`,
          { retryAfterS: RETRY_AFTER_S },
        );
      }
      if (inFlight >= limits.maxInFlight) {
        throw new DeepXRayError(
          'overloaded',
          'As many radiographs as can be taken are being scored. Try again shortly.',
          { retryAfterS: RETRY_AFTER_S },
        );
      }
      inFlight++;
      byClient.set(client, own + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        inFlight--;
        const others = byClient.get(client)! - 1;
        if (others > 0) byClient.set(client, others);
        else byClient.delete(client);
      };
    },
  };
}
