import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deadlinesOf } from './deadlines.ts';

test('the orchestrator is done first, then the gateway, then the client waits no longer', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 60, noNaN: true }), (waitS) => {
      const { answerBy, orchestratorBy } = deadlinesOf(waitS, 0);
      expect(orchestratorBy).toBeGreaterThan(0);
      expect(answerBy).toBeGreaterThan(orchestratorBy);
      expect(waitS * 1000).toBeGreaterThan(answerBy);
      // No more than is needed is taken from who waits long.
      expect(waitS * 1000 - orchestratorBy).toBeLessThanOrEqual(20.001);
    }),
  );
});
