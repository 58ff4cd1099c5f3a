/** One line of the audit for each scoring that was let in, however it ended. */
import type { ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { Audit } from '#platform/audit/audit.ts';
import { createScoredBy } from '#platform/audit/scored-by.ts';
import { type ErrorCode, toDeepXRayError } from '#platform/errors/code.ts';
import { addressOf, callerOf } from '#platform/grpc/guard-calls.ts';
import { activeTraceId } from '#platform/telemetry/tracing.ts';
import { type Completed, Completed_Outcome, type JointResult } from '#proto/deepxray/v1/scoring.ts';

type Call = ServerUnaryCall<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

/** `work` is handed what hears of each joint. */
export async function audited(
  audit: Audit,
  call: Call,
  requestId: string,
  work: (onJoint: (joint: JointResult) => void) => Promise<Completed>,
): Promise<Completed> {
  const scoredBy = createScoredBy();
  let outcome: 'ok' | ErrorCode = 'ok';
  try {
    const completed = await work(({ result }) => {
      if (result?.$case === 'scored') scoredBy.add(result.value.model);
    });
    if (completed.outcome === Completed_Outcome.OUTCOME_DEADLINE) outcome = 'deadline-exceeded';
    return completed;
  } catch (thrown) {
    outcome = toDeepXRayError(thrown).code;
    throw thrown;
  } finally {
    audit.write({
      action: 'score',
      over: 'grpc',
      caller: callerOf(call),
      address: addressOf(call.getPeer()),
      requestId,
      traceId: activeTraceId(),
      outcome,
      ...scoredBy.entry(),
    });
  }
}
