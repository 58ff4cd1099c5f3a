/** Server reflection, so that grpcurl and the like can list and call our services without our files. */
import { dirname, join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';

const PROTO_ROOT = join(import.meta.dirname, '../../proto');
/** `health/v1/health.proto` is named from here. */
const HEALTH_ROOT = join(dirname(healthProto), '../..');

/** `protoFiles` by their path below `proto/`; the health service, which every server of ours has, comes along. */
export function addReflection(server: Server, protoFiles: readonly string[]): void {
  const definition = loadSync([...protoFiles, 'health/v1/health.proto'], {
    keepCase: true,
    includeDirs: [PROTO_ROOT, HEALTH_ROOT],
  });
  new ReflectionService(definition).addToServer(server);
}
