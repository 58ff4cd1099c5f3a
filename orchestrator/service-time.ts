/**
 * How long a step usually takes here, so that "lost" can be told from "queued": an exponentially
 * weighted mean and mean deviation, as TCP estimates its retransmission time-out (RFC 6298).
 */

const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;

export class ServiceTime {
  #meanMs: number;
  #deviationMs: number;

  constructor(initialMs: number) {
    this.#meanMs = initialMs;
    this.#deviationMs = initialMs / 2;
  }

  observe(ms: number): void {
    this.#deviationMs += DEVIATION_WEIGHT * (Math.abs(ms - this.#meanMs) - this.#deviationMs);
    this.#meanMs += MEAN_WEIGHT * (ms - this.#meanMs);
  }

  get usualMs(): number {
    return this.#meanMs;
  }

  /** Long after the usual: never under `floorMs`, since machines pause. */
  patienceMs(floorMs: number): number {
    return Math.max(floorMs, 3 * this.#meanMs + 4 * this.#deviationMs);
  }
}
