/** What an error of the mesh carries beside its status, as https://google.aip.dev/193 has it. */
import type { ServiceError } from '@grpc/grpc-js';
import { Status } from '../proto/generated/google/rpc/error_details.ts';

/** Of the detail of that type; undefined where the mesh did not say. */
export function detailOf(error: Pick<ServiceError, 'metadata'>, type: string): Uint8Array | undefined {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Uint8Array)) return undefined;
  return Status.decode(bytes).details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/${type}`)?.value;
}
