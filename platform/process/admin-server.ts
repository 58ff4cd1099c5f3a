/**
 * `/livez`, `/healthz` and `/metrics` of a process, on a port of its own: what a pod's probes and
 * Prometheus ask. `/healthz` says whether this process can serve, independent of other roles. Where the
 * process has an identity, all is over TLS and `/metrics` for who has a certificate of the same authority; a
 * kubelet has none, and needs none.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Telemetry } from '../telemetry/start.ts';
import type { Identity } from '../tls/identity.ts';

export type HealthCheck = () => boolean;

export type AdminServer = { port: number; stop(): Promise<void> };

export async function startAdminServer(settings: {
  host: string;
  port: number;
  isHealthy: HealthCheck;
  telemetry: Telemetry;
  identity?: Identity | undefined;
}): Promise<AdminServer> {
  const { identity } = settings;
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    answer(request, response, settings);
  const server = identity ? overTls(identity, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function overTls(identity: Identity, listener: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createTlsServer(
    { ...identity.current, requestCert: true, rejectUnauthorized: false },
    listener,
  );
  identity.onChange((certificates) => server.setSecureContext(certificates));
  return server;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  {
    isHealthy,
    telemetry,
    identity,
  }: { isHealthy: HealthCheck; telemetry: Telemetry; identity?: Identity | undefined },
): void {
  const path = request.url?.split('?')[0];
  if (path === '/metrics' && identity && !(request.socket as TLSSocket).authorized) {
    respond(response, 403, 'for who shows a certificate of the mesh');
  } else if (path === '/metrics') telemetry.serveMetrics(request, response);
  else if (path === '/livez') respond(response, 200, 'alive');
  else if (path !== '/healthz') respond(response, 404, 'there are /livez, /healthz and /metrics');
  else if (isHealthy()) respond(response, 200, 'healthy');
  else respond(response, 503, 'not ready');
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${body}\n`);
}
