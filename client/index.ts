/**
 * For internal services that have radiographs scored over gRPC: the stubs of `deepxray.v1`, a channel
 * that outlives restarts, joints by name, and what an error means.
 */
import { type ChannelCredentials, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Joint, jointToJSON, ScoringServiceClient } from '../proto/generated/deepxray/v1/scoring.ts';
import { ErrorInfo } from '../proto/generated/google/rpc/error_details.ts';
import { detailOf } from './error-details.ts';

export * from '../proto/generated/deepxray/v1/scoring.ts';
export { score } from './score.ts';
// Of the very grpc-js that the stubs call: another copy's would not be known to them.
export { credentials, Metadata };

/** Seeks an orchestrator that is away again soon. `dns:///name:port` shares the calls out among all that the name has. */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
} as const;

/** `address` is the orchestrator's host:port. Give every call a deadline: without one it waits for ever. */
export const connectScoring = (
  address: string,
  security: ChannelCredentials = credentials.createInsecure(),
): ScoringServiceClient => new ScoringServiceClient(address, security, CHANNEL);

/** `mcp1` … `pip5`, as REST has it. */
export const jointName = (joint: Joint): string => jointToJSON(joint).replace('JOINT_', '').toLowerCase();

/** Of every error that the mesh answered with: it leads to the hop that failed. Undefined where nothing answered. */
export const traceIdOf = (error: Pick<ServiceError, 'metadata'>): string | undefined =>
  error.metadata.get('trace-id')[0]?.toString();

/** Why a call was refused, as `NOT_A_LEFT_HAND` with `{ kind: 'right-hand' }`; undefined where the mesh did not say. */
export function reasonOf(
  error: Pick<ServiceError, 'metadata'>,
): { reason: string; metadata: Record<string, string> } | undefined {
  const bytes = detailOf(error, 'google.rpc.ErrorInfo');
  if (!bytes) return undefined;
  const { reason, metadata } = ErrorInfo.decode(bytes);
  return { reason, metadata };
}
