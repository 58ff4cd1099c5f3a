/** The standard gRPC health service: what Kubernetes' gRPC probes, load balancers and grpcurl ask. */
import type { Server, ServerWritableStream } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';

/** The empty name stands for the whole server. */
export const WHOLE_SERVER = '';

export type Health = {
  set(service: string, serving: boolean): void;
  /** All services at once: not serving, and those who watch are told and let go, so that a drain can end. */
  close(): void;
};

type Watch = ServerWritableStream<unknown, unknown>;

/** Every service given starts as not serving. */
export function addHealth(server: Server, services: readonly string[]): Health {
  const health = new HealthImplementation(
    Object.fromEntries(services.map((service) => [service, 'NOT_SERVING' as const])),
  );
  const watches = new Set<Watch>();
  // The implementation never ends a watch: without a hand on these, each would hold up a graceful stop.
  health.addToServer({
    addService(definition, handlers) {
      const watch = handlers.watch as unknown as (call: Watch) => void;
      const remembered = (call: Watch) => {
        watches.add(call);
        call.on('cancelled', () => watches.delete(call));
        watch(call);
      };
      server.addService(definition, { ...handlers, watch: remembered } as Parameters<
        Server['addService']
      >[1]);
    },
  });
  return {
    set: (service, serving) => health.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING'),
    close() {
      for (const service of services) health.setStatus(service, 'NOT_SERVING');
      for (const call of watches) call.end();
      watches.clear();
    },
  };
}
