/** What each call needs of its caller, and what the audit says of those that were refused. */
import type { Metadata } from '@grpc/grpc-js';
import type { Need } from '#platform/access/scopes.ts';
import type { Audit } from '#platform/audit/audit.ts';
import { requestIdFrom } from '#platform/domain/request-id.ts';
import { toDeepXRayError } from '#platform/errors/code.ts';
import type { Refused } from '#platform/grpc/guard-calls.ts';

const NEEDS: readonly (readonly [path: string, need: Need])[] = [
  ['/deepxray.v1.ScoringService/', 'score'],
  // Probes and gateways ask it, and it tells of steps only.
  ['/grpc.health.v1.Health/', 'nothing'],
];

/** Reflection, and whatever comes later, is for administrators. */
export const needOf = (path: string): Need =>
  NEEDS.find(([service]) => path.startsWith(service))?.[1] ?? 'admin';

export const requestIdOf = (metadata: Metadata): string =>
  requestIdFrom(metadata.get('x-request-id')[0]?.toString());

export const auditRefusals =
  (audit: Audit) =>
  ({ path, metadata, peer, thrown }: Refused): void =>
    audit.write({
      action: needOf(path) === 'score' ? 'score' : 'other',
      over: 'grpc',
      caller: undefined,
      address: peer,
      requestId: requestIdOf(metadata),
      outcome: toDeepXRayError(thrown).code,
    });
