import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

test('a client has its share of all places, and gets back what it left', () => {
  const admission = createAdmission({ maxInFlight: 3, maxInFlightPerClient: 2 });
  const leave = admission.enter('a');
  admission.enter('a');
  expect(() => admission.enter('a')).toThrow(
    expect.objectContaining({ code: 'rate-limited', retryAfterS: 1 }),
  );
  admission.enter('b');
  expect(() => admission.enter('b')).toThrow(expect.objectContaining({ code: 'overloaded', retryAfterS: 1 }));
  leave();
  // Said twice, left once.
  leave();
  expect(admission.inFlight).toBe(2);
  admission.enter('a');
  expect(() => admission.enter('c')).toThrow(expect.objectContaining({ code: 'overloaded' }));
});
