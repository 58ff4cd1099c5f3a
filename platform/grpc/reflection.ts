/**
 * Server reflection, so that grpcurl and the like can list and call our services without our files.
 * What it tells comes from descriptors that buf made: those that proto-loader makes at run time have
 * wrong names for map entries, so that strict clients (Go's) refuse them, and forget `optional`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Server } from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

const DESCRIPTORS = join(import.meta.dirname, '../../proto/generated/descriptors.binpb');
/** Every server of ours has it. */
const HEALTH = 'grpc/health/v1/health.proto';

/** Lists the services of `protoFiles` (paths below `proto/`) and the health service. */
export function addReflection(server: Server, protoFiles: readonly string[]): void {
  const { file: files } = fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS));
  const services = [...protoFiles, HEALTH].flatMap((path) => {
    const file = files.find(({ name }) => name === path);
    if (!file) throw new Error(`no ${path} below proto/, or it is not generated yet: npm run proto`);
    return file.service.map((service) => `${file.package}.${service.name}`);
  });
  const fileDescriptorProtos = files.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)));
  const format = 'Protocol Buffer 3 DescriptorProto' as const;
  const everything = { format, type: {}, fileDescriptorProtos } as MessageTypeDefinition<object, object>;
  new ReflectionService({ everything }, { services }).addToServer(server);
}
