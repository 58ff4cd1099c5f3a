/** The receipts of steps that acknowledge at once and report elsewhere. */
import { Receipt, type Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
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

/** The name of the pod that took the work, or why it did not; undefined where it says neither. Throws for what is no message. */
export function readReceipt(reply: Uint8Array): Answer<string> | undefined {
  const { receipt } = Receipt.decode(reply);
  if (receipt?.$case === 'accepted') return { answer: receipt.value.instance };
  return receipt && { refusal: receipt.value.reason };
}
