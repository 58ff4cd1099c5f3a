/** What travels: a crop as the joint-extraction step sends it, with its number where the model version stands. */
import { CropRequest } from '../../proto/generated/deepxray/bus/v1/bus.ts';

const SIDE_PX = 112;
/** Noise, as a film has it: nothing on the way can make it smaller. */
const pixels = new Uint8Array(SIDE_PX * SIDE_PX).map(() => Math.floor(Math.random() * 256));

export const encodeCrop = (id: number): Uint8Array =>
  CropRequest.encode({
    joint: 1,
    crop: { width: SIDE_PX, height: SIDE_PX, pixels },
    modelVersion: String(id),
    attempt: 0,
  }).finish();

export const idOf = (payload: Uint8Array): number => Number(CropRequest.decode(payload).modelVersion);

export const SUBJECT = 'bench.joint-scoring.work';
export const QUEUE_GROUP = 'joint-scoring';
export const SCORES = 'bench.scores';
export const STREAM = 'CROPS';
export const CONSUMER = 'joint-scoring';
