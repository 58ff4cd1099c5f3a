/** What probes, harnesses, people and Prometheus ask. */
import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { Step } from '#platform/bus/subjects.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { Telemetry } from '#platform/telemetry/start.ts';
import { sendProblem } from '../answer/problems.ts';
import type { Orchestrator } from '../scoring/orchestrator.ts';
import { problemResponse } from './score-documentation.ts';

const READY_WITHIN_MS = 900;

const config = { untraced: true, needs: 'nothing' } as const;
const status = (word: string, description: string) => ({
  description,
  content: { 'application/json': { schema: Type.Object({ status: Type.Literal(word) }) } },
});
const FIGURES = {
  description: 'All of this process.',
  content: {
    'text/plain': { schema: Type.String() },
    'application/openmetrics-text': { schema: Type.String() },
  },
};
const REFUSED = problemResponse(['unauthenticated', 'forbidden'], false);
const UNAVAILABLE = problemResponse(['step-unavailable'], true);

const stopping = () => new DeepXRayError('step-unavailable', 'This gateway is stopping.');
const orchestratorAway = () => new DeepXRayError('step-unavailable', 'No orchestrator answers.');
const stepsAway = (steps: readonly Step[]) =>
  new DeepXRayError(
    'step-unavailable',
    `The orchestrator is there, but no pod for: ${steps.join(', ') || 'a step that came just now'}.`,
  );

export function addHealthRoutes(
  app: FastifyInstance,
  parts: { orchestrator: Orchestrator; telemetry: Telemetry; isHealthy: () => boolean },
): void {
  const documented = (summary: string, response: Record<number, object>) => ({
    config,
    schema: { tags: ['health'], summary, security: [], response },
  });

  app.get('/livez', documented('The event loop answers', { 200: status('alive', 'It does.') }), () => ({
    status: 'alive',
  }));

  app.get(
    '/healthz',
    documented('This process can serve; independent of other roles', {
      200: status('healthy', 'It can.'),
      503: UNAVAILABLE,
    }),
    (_request, reply) => {
      if (parts.isHealthy()) return { status: 'healthy' };
      return sendProblem(reply, stopping());
    },
  );

  app.get(
    '/readyz',
    documented('A radiograph would be scored now; for people and harnesses, not for probes of pods', {
      200: status('ready', 'It would.'),
      503: UNAVAILABLE,
    }),
    async (_request, reply) => {
      if (!parts.isHealthy()) return sendProblem(reply, stopping());
      const readiness = await parts.orchestrator.readiness(READY_WITHIN_MS);
      if (readiness === 'ready') return { status: 'ready' };
      const isAlone = readiness === 'orchestrator-away';
      return sendProblem(reply, isAlone ? orchestratorAway() : stepsAway(readiness.stepsAway));
    },
  );

  app.get(
    '/metrics',
    {
      config: { ...config, needs: 'metrics' },
      schema: {
        tags: ['health'],
        summary: "Figures in Prometheus' text format",
        response: { 200: FIGURES, 401: REFUSED, 403: REFUSED },
      },
    },
    (request, reply) => {
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value!);
      parts.telemetry.serveMetrics(request.raw, reply.raw);
    },
  );
}
