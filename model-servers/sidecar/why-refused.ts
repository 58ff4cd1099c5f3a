/** Whether another pod may do what this one's model server did not. */
import { DeepXRayError } from '#platform/errors/code.ts';
import { Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';

export function whyRefused(thrown: unknown): Refusal_Reason {
  const code = thrown instanceof DeepXRayError ? thrown.code : undefined;
  if (code === 'step-unavailable') return Refusal_Reason.REASON_MODEL_AWAY;
  if (code === 'overloaded') return Refusal_Reason.REASON_BUSY;
  return Refusal_Reason.REASON_MODEL_FAILED;
}
