/** Who may ask this gateway for what: each route says what it needs, and one that says nothing needs a credential. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from '#platform/access/access.ts';
import { type Caller, clientKeyOf, type Need } from '#platform/access/scopes.ts';
import type { Audit, AuditEntry } from '#platform/audit/audit.ts';
import { errorOf } from './answer/problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where nobody has to say who they are. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    needs?: Need;
  }
}

/** Before the routes; after the hook that gives each request its identity. */
export function guardRoutes(app: FastifyInstance, access: Access, audit: Audit): void {
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request) => {
    const need = request.routeOptions.config?.needs ?? 'any';
    try {
      request.caller = await access.admit(request.headers.authorization, need, request.ip);
    } catch (thrown) {
      audit.write({ ...entryOf(request), outcome: errorOf(thrown).code });
      throw thrown;
    }
  });
}

/** What the audit says of a request, but for its end. */
export const entryOf = (request: FastifyRequest): Omit<AuditEntry, 'outcome'> => ({
  action: ACTION_OF[request.routeOptions.config?.needs ?? 'any'] ?? 'other',
  over: 'http',
  caller: request.caller,
  address: request.ip,
  requestId: request.identity.requestId,
  traceId: request.identity.traceId,
});

const ACTION_OF: Partial<Record<Need, AuditEntry['action']>> = { score: 'score', metrics: 'read metrics' };

/** Whose requests are counted together. */
export const clientOf = ({ caller, ip }: FastifyRequest): string => (caller ? clientKeyOf(caller) : ip);
