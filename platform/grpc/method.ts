/** What spans and figures say of a gRPC call. */
import { status } from '@grpc/grpc-js';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTE } from '../telemetry/names.ts';

/** `method` as `package.Service/Method`. */
export const methodAttributes = (method: string): Attributes => ({
  [ATTRIBUTE.rpcSystem]: 'grpc',
  [ATTRIBUTE.rpcMethod]: method,
});

export const statusName = (code: unknown): string =>
  (typeof code === 'number' ? status[code] : undefined) ?? 'UNKNOWN';
