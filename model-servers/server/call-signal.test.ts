import { EventEmitter } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { callSignal, type EndableCall } from './call-signal.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const callUntil = (deadline: number, cancelled = false) => {
  const call = Object.assign(new EventEmitter(), { cancelled, getDeadline: () => deadline });
  return { call: call as unknown as EndableCall, cancel: () => call.emit('cancelled'), listens: call };
};

test('the first of cancel, deadline and timeout ends the call, each with its own status', () => {
  const { call, cancel } = callUntil(Date.now() + 100);
  const byDeadline = callSignal(call, 0);
  const byTimeout = callSignal(call, 50_000);
  const byCancel = callSignal(call, 0);
  vi.advanceTimersByTime(60);
  expect(byTimeout.signal.reason).toMatchObject({
    code: status.UNAVAILABLE,
    message: 'Request timeout expired',
  });
  expect(byDeadline.signal.aborted).toBe(false);
  byDeadline.release();
  cancel();
  expect(byCancel.signal.reason).toMatchObject({ code: status.CANCELLED });
  const late = callSignal(callUntil(Date.now() + 100).call, 0);
  vi.advanceTimersByTime(100);
  expect(late.signal.reason).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  expect(byDeadline.signal.aborted).toBe(false);
});

test('a call that is over before it begins is aborted at once', () => {
  expect(callSignal(callUntil(Infinity, true).call, 0).signal.reason).toMatchObject({
    code: status.CANCELLED,
  });
  expect(callSignal(callUntil(Date.now() - 1).call, 0).signal.reason).toMatchObject({
    code: status.DEADLINE_EXCEEDED,
  });
});

test('a call without a deadline has no timer, and a released one leaves neither timer nor listener', () => {
  const { call, listens } = callUntil(Infinity);
  const endless = callSignal(call, 0);
  expect(vi.getTimerCount()).toBe(0);
  const timed = callSignal(call, 1000);
  expect(vi.getTimerCount()).toBe(1);
  timed.release();
  endless.release();
  expect(vi.getTimerCount()).toBe(0);
  expect(listens.listenerCount('cancelled')).toBe(0);
});
