/** The receipts of steps that acknowledge at once and report elsewhere. */
import { Receipt, Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import type { Answer } from './ask-step.ts';

/**
 * A receipt needs no model: a pod that is silent for this long is frozen or cut off, even on cores that
 * are busy with everything else. (A killed one is known at once: its connection is gone.)
 */
export const RECEIPT_WITHIN_MS = 750;

export const encodeAccepted = (instance: string): Uint8Array =>
  Receipt.encode({ receipt: { $case: 'accepted', value: { instance } } }).finish();

export const encodeRefusal = (refusal: { reason: Refusal_Reason; instance: string }): Uint8Array =>
  Receipt.encode({ receipt: { $case: 'refusal', value: refusal } }).finish();

/** The name of the pod that took the work, or why it did not. */
export function readReceipt(reply: Uint8Array): Answer<string> {
  const { receipt } = Receipt.decode(reply);
  if (receipt?.$case === 'accepted') return { answer: receipt.value.instance };
  return { refusal: receipt?.value.reason ?? Refusal_Reason.REASON_INVALID };
}
