/**
 * `/livez`, `/healthz` and `/metrics` of a process, on a port of its own: what a pod's probes and
 * Prometheus ask. `/healthz` says whether this process can serve, independent of other roles.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Telemetry } from '../telemetry/start.ts';

export type HealthCheck = () => boolean;

export type AdminServer = { port: number; stop(): Promise<void> };

export async function startAdminServer(settings: {
  host: string;
  port: number;
  isHealthy: HealthCheck;
  telemetry: Telemetry;
}): Promise<AdminServer> {
  const server = createServer((request, response) => answer(request, response, settings));
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

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { isHealthy, telemetry }: { isHealthy: HealthCheck; telemetry: Telemetry },
): void {
  const path = request.url?.split('?')[0];
  if (path === '/metrics') telemetry.serveMetrics(request, response);
  else if (path === '/livez') respond(response, 200, 'alive');
  else if (path !== '/healthz') respond(response, 404, 'there are /livez, /healthz and /metrics');
  else if (isHealthy()) respond(response, 200, 'healthy');
  else respond(response, 503, 'not ready');
}

function respond(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${body}\n`);
}
