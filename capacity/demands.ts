/** Core time of each stop on the walk of a radiograph, from what was measured of whole roles. */
import type { Measured, Role } from './measured.ts';

export const JOINTS = 10;

/** Milliseconds of core time. */
export type Demands = {
  gateway: { upload: number; joint: number };
  orchestrator: { decode: number; before: number; joint: number };
  bodyPart: { sidecar: number; model: number };
  extraction: { sidecar: number; sidecarJoint: number; localise: number; refine: number };
  scoring: { sidecar: number; model: number };
  nats: { film: number; crop: number };
};

/**
 * What a role's time goes into is measured only where its programs say so (decoding, localisation); the rest
 * is shared out by these guesses, which move latency a little and throughput not at all.
 */
const GUESSED = { gatewayUpload: 0.7, orchestratorBefore: 0.5, sidecarBefore: 0.4, natsFilm: 0.5 };

export function demandsOf({ coreMs, decodeMs, localisationShare }: Measured): Demands {
  const of = (role: Role) => coreMs[role]!;
  const decode = Math.min(decodeMs, of('orchestrator'));
  const orchestrator = of('orchestrator') - decode;
  const extractionModel = of('model-server:joint-extraction');
  const split = (whole: number, first: number) => ({
    first: whole * first,
    joint: (whole * (1 - first)) / JOINTS,
  });
  const gateway = split(of('gateway'), GUESSED.gatewayUpload);
  const walk = split(orchestrator, GUESSED.orchestratorBefore);
  const sidecar = split(of('joint-extraction'), GUESSED.sidecarBefore);
  const model = split(extractionModel, localisationShare);
  const nats = split(of('nats-server'), GUESSED.natsFilm);
  return {
    gateway: { upload: gateway.first, joint: gateway.joint },
    orchestrator: { decode, before: walk.first, joint: walk.joint },
    bodyPart: { sidecar: of('body-part'), model: of('model-server:body-part') },
    extraction: {
      sidecar: sidecar.first,
      sidecarJoint: sidecar.joint,
      localise: model.first,
      refine: model.joint,
    },
    scoring: {
      sidecar: of('joint-scoring') / JOINTS,
      model: of('model-server:joint-scoring') / JOINTS,
    },
    nats: { film: nats.first, crop: nats.joint },
  };
}
