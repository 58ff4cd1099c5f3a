/** Everything that can end a call early as one signal whose reason is what the call then fails with. */
import type { ServerUnaryCall } from '@grpc/grpc-js';
import { cancelled, deadlineExceeded, timeoutExpired } from './triton-errors.ts';

export type EndableCall = Pick<ServerUnaryCall<unknown, unknown>, 'cancelled' | 'getDeadline' | 'on' | 'off'>;

/** setTimeout holds no longer time; a call that may last for weeks has no deadline to speak of. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** Aborts when the client goes away, at its deadline, or `timeoutUs` from now (0: never). Release it when done. */
export function callSignal(
  call: EndableCall,
  timeoutUs: number,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const abortAfter = (ms: number, reason: () => Error) => {
    if (ms <= 0) controller.abort(reason());
    else if (ms <= LONGEST_TIMER_MS) timers.push(setTimeout(() => controller.abort(reason()), ms));
  };
  const onCancelled = () => controller.abort(cancelled());
  if (call.cancelled) onCancelled();
  call.on('cancelled', onCancelled);
  const deadline = call.getDeadline();
  abortAfter(Number(deadline) - Date.now(), deadlineExceeded);
  if (timeoutUs > 0) abortAfter(timeoutUs / 1000, timeoutExpired);
  return {
    signal: controller.signal,
    release() {
      for (const timer of timers) clearTimeout(timer);
      call.off('cancelled', onCancelled);
    },
  };
}
