/** The HTTP server, over TLS where it has a certificate: limits, ids, how errors are answered. The routes come on top. */
import type { ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import multipart from '@fastify/multipart';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Access } from '#platform/access/access.ts';
import type { Audit } from '#platform/audit/audit.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import type { Logger } from '#platform/process/log.ts';
import type { Identity } from '#platform/tls/identity.ts';
import { guardRoutes } from './access.ts';
import { answerErrors, errorOf, sendProblem } from './answer/problems.ts';
import { answerBrokenRequests } from './broken-requests.ts';
import { haveClientsLeave } from './leave.ts';
import { lingerAfterEarlyAnswers } from './linger.ts';
import { identify, requestIdOf } from './request/identity.ts';
import { LONGEST_WAIT_S } from './request/prefer.ts';
import { addSafeHeaders } from './safe-headers.ts';

const HEADERS_WITHIN_MS = 10_000;
/** A scoring's own deadline comes first; this is for a body that nobody asked for. */
const REQUEST_WITHIN_MS = (LONGEST_WAIT_S + 10) * 1000;
const LOOK_FOR_SLOW_EVERY_MS = 2000;
const LINGER_MS = 10_000;

/** Those that a path may know; Fastify answers HEAD wherever it answers GET. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export async function createHttpServer(settings: {
  maxUploadBytes: number;
  trustedProxies: string | undefined;
  isLeaving: () => boolean;
  identity: Identity | undefined;
  access: Access;
  audit: Audit;
  log: Logger;
}): Promise<FastifyInstance> {
  const { log, maxUploadBytes, identity, access, audit } = settings;
  const brokenRequests = answerBrokenRequests();
  const begin = (request: FastifyRequest, reply: FastifyReply) => {
    identify(request, reply);
    brokenRequests.remember(request, reply);
    lingerAfterEarlyAnswers(request.raw, reply.raw, { maxBytes: maxUploadBytes, withinMs: LINGER_MS });
  };
  const http = {
    headersTimeout: HEADERS_WITHIN_MS,
    connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY_MS,
    // Demanded below instead, since Node's own refusal is no problem+json.
    requireHostHeader: false,
  };
  const app: FastifyInstance = fastify({
    loggerInstance: forLibraries(log) as FastifyBaseLogger,
    // One line for each scoring says more than two for each request.
    logController: new LogController({ disableRequestLogging: true }),
    requestIdHeader: false,
    genReqId: requestIdOf,
    trustProxy: settings.trustedProxies ?? false,
    // While it stops: who still comes on a connection that is open already is served, and told to leave it.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_WITHIN_MS,
    ...(identity
      ? { https: { ...http, handshakeTimeout: HEADERS_WITHIN_MS, ...identity.current } }
      : { http }),
    clientErrorHandler: brokenRequests.answer,
    // A path that cannot be decoded has no route, so no hook and no error handler, either.
    frameworkErrors: (error, request, reply: FastifyReply) => {
      begin(request, reply);
      sendProblem(reply, errorOf(error));
    },
  });
  app.decorateRequest('identity');
  app.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    const hasHost = request.headers.host !== undefined || request.raw.httpVersion === '1.0';
    done(hasHost ? undefined : new DeepXRayError('bad-request', 'The request names no host.'));
  });
  haveClientsLeave(app, settings.isLeaving);
  await addSafeHeaders(app, { overTls: identity !== undefined });
  guardRoutes(app, access, audit);
  identity?.onChange((certificates) => (app.server as HttpsServer).setSecureContext(certificates));
  answerErrors(app, log);
  answerUnknownPaths(app);

  // Nothing is read before a route asks for it, whatever it says that it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  await app.register(multipart);
  // Only who is let in is asked for the body that it announced.
  app.server.on('checkContinue', (request, response: ServerResponse) => {
    request.once('resume', () => response.writableEnded || response.writeContinue());
    app.server.emit('request', request, response);
  });
  return app;
}

/**
 * Below `info` libraries say what is none of a log's business: the parser of forms, every header of a
 * request with its tokens. They never get to, whatever the level of our own lines.
 */
const forLibraries = (log: Logger): Logger =>
  log.child({}, { level: log.isLevelEnabled('debug') ? 'info' : log.level });

function answerUnknownPaths(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.split('?')[0]!;
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length === 0) {
      return sendProblem(
        reply,
        new DeepXRayError('not-found', 'There is nothing at this path. What there is: /docs'),
      );
    }
    reply.header('allow', allowed.join(', '));
    return sendProblem(
      reply,
      new DeepXRayError('method-not-allowed', `This path takes ${allowed.join(', ')} only.`),
    );
  });
}
