import { expect, test } from 'vitest';
import { withoutRefusedOffers } from './refused-offers.ts';
import { span } from './testing/made-up-spans.ts';

test('an offer that a full pod refused goes with its refusal, any other refusal stays', () => {
  const refusal = (reason: string) => ({ attributes: { 'deepxray.refusal.reason': reason } });
  const { spans, refused } = withoutRefusedOffers([
    span('root', ''),
    span('offer', 'root'),
    span('full', 'offer', refusal('busy')),
    span('late offer', 'root'),
    span('too late', 'late offer', refusal('too-late')),
  ]);
  expect(spans.map(({ spanId }) => spanId)).toEqual(['root', 'late offer', 'too late']);
  expect(refused).toBe(1);
});
