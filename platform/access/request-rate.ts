/** How many requests a client may make in a minute, of this process. */
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { DeepXRayError } from '../errors/code.ts';

const WINDOW_S = 60;

export type RequestRate = {
  /** Throws `rate-limited`. */
  count(client: string): Promise<void>;
  /** The same, without counting. */
  look(client: string): Promise<void>;
};

export function limitRequests(perMinute: number): RequestRate {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_S });
  return {
    async count(client) {
      await limiter.consume(client).catch((refusal: RateLimiterRes) => {
        throw tooMany(perMinute, refusal.msBeforeNext);
      });
    },
    async look(client) {
      const spent = await limiter.get(client);
      if (spent && spent.remainingPoints <= 0) throw tooMany(perMinute, spent.msBeforeNext);
    },
  };
}

const tooMany = (perMinute: number, msBeforeNext: number): DeepXRayError =>
  new DeepXRayError('rate-limited', `One client may make ${perMinute} requests a minute. Wait a little.`, {
    retryAfterS: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  });
