/**
 * How many joints may be asked for again: a small share of all, so that a mesh in trouble is not
 * given more work for being in trouble (a token bucket, as Finagle's and gRPC's retry throttling).
 */

/** Of every crop asked for, this share may be asked for again. */
const SHARE = 0.1;
/** What a quiet mesh may ask again at once: two radiographs' joints. */
const BURST = 20;

export class RetryBudget {
  #tokens = BURST;

  deposit(crops: number): void {
    this.#tokens = Math.min(BURST, this.#tokens + SHARE * crops);
  }

  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
