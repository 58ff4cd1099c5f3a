/** The very pixels that a scorer is given of one joint of a film, heard as they pass by on the bus. */
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { HEADER, SUBJECT } from '../../platform/bus/subjects.ts';
import { type JointName, jointFromProto } from '../../platform/domain/joints.ts';
import { CropRequest, type GreyImage } from '../../proto/generated/deepxray/bus/v1/bus.ts';
import type { Mesh } from './mesh.ts';
import { scoreJson } from './score.ts';

export async function overhearCrop(
  mesh: Pick<Mesh, 'url' | 'natsUrl'>,
  film: Uint8Array,
  wanted: JointName,
): Promise<GreyImage> {
  const requestId = randomUUID();
  const connection = await connect({ servers: mesh.natsUrl, name: 'listener' });
  let crop: GreyImage | undefined;
  connection.subscribe(SUBJECT.work('joint-scoring'), {
    callback: (error, { data, headers }) => {
      if (error || headers?.get(HEADER.requestId) !== requestId) return;
      const request = CropRequest.decode(data);
      if (jointFromProto(request.joint) === wanted) crop = request.crop;
    },
  });
  try {
    await connection.flush();
    await scoreJson(mesh, film, { headers: { 'x-request-id': requestId, prefer: 'wait=30' } });
  } finally {
    await connection.close();
  }
  if (!crop) throw new Error(`no crop of ${wanted} passed by`);
  return crop;
}
