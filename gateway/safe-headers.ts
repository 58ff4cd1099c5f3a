/** What tells a browser to make as little of an answer as can be: helmet's set, for answers that are no pages. */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** No other origin is allowed to read anything (CORS): there is no header that would say so. */
export async function addSafeHeaders(app: FastifyInstance, { overTls }: { overTls: boolean }): Promise<void> {
  await app.register(helmet, {
    // `/docs`, the one page, brings its own.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: overTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    // Nothing of a patient stays in a cache.
    reply.header('cache-control', 'no-store');
  });
}
