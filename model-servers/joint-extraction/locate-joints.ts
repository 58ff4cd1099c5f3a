/** Finds joints: coarse on the whole hand, then each refined at full resolution. */
import type { JointName } from '#platform/domain/joints.ts';
import { type GreyImage, isWhole, type TurnDeg } from '#platform/image/grey-image.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';
import type { When } from '../sidecar/model-client.ts';
import type { InferTogether } from '../sidecar/one-call-for-what-waits.ts';
import type { Net } from '../sidecar/run-sidecar.ts';
import type { Located } from './localisation-model.ts';
import * as coarseNet from './localisation-model.ts';
import * as fineNet from './refinement-model.ts';

/** Closer to the film's edge than this, in hand scales, half of the joint's crop would lie beyond it. */
const EDGE_IN_HAND_SCALES = 0.12;

/** `id` tells it from the others in hand; the versions are of the networks that look at it. */
type Looked = { id: string; versions: { localisation: string; refinement: string } };

export type Film = Looked & { image: GreyImage };

/** What is known of a film before its pixels are here. */
export type Announced = Looked & { width: number; height: number; turned: TurnDeg };

export type Locator = {
  /** All ten, whether believed or not; and the model version that answered. Waits for the image only if it must. */
  coarse(
    film: Announced,
    thumbnail: GreyImage | undefined,
    image: Promise<GreyImage>,
    when: When,
  ): Promise<{ joints: Located[]; version: string }>;
  /** The joint's exact place, or why it is missing. */
  refine(
    film: Film,
    coarse: Located,
    when: When,
  ): Promise<Located | { joint: JointName; missing: MissingReason }>;
};

export function createLocator(infer: InferTogether, netOf: (model: string, version: string) => Net): Locator {
  return {
    async coarse(film, thumbnail, image, when) {
      const { localisation } = film.versions;
      const { side } = netOf(coarseNet.MODEL, localisation);
      const view = thumbnail && isDetailed(thumbnail, film, side) ? thumbnail : await image;
      const input = { batch: 1, ...coarseNet.prepare(view, film.turned, side) };
      const outputs = await infer(film.id, coarseNet.MODEL, localisation, coarseNet.INPUT, input, when);
      return {
        joints: coarseNet.interpret(fourOutputs(outputs.values), film, film.turned, side),
        version: outputs.version,
      };
    },

    async refine({ id, image, versions }, coarse, when) {
      const { joint } = coarse;
      if (coarse.confidence < netOf(coarseNet.MODEL, versions.localisation).threshold)
        return { joint, missing: reasonFor(coarse, image) };
      const { side, threshold } = netOf(fineNet.MODEL, versions.refinement);
      const input = { batch: 1, ...fineNet.prepare(image, coarse, side) };
      const outputs = await infer(id, fineNet.MODEL, versions.refinement, fineNet.INPUT, input, when);
      const refined = fineNet.interpret(fourOutputs(outputs.values), coarse);
      if (refined.confidence < threshold || isBeyondEdge(refined, image)) {
        return { joint, missing: reasonFor(refined, image) };
      }
      return { ...refined, confidence: Math.min(coarse.confidence, refined.confidence) };
    },
  };
}

/** Whether scaling the film itself would show the network no more than the thumbnail does. */
const isDetailed = (thumbnail: GreyImage, { width, height }: Announced, side: number): boolean =>
  isWhole(thumbnail) &&
  Math.max(thumbnail.width, thumbnail.height) >= Math.min(side, Math.max(width, height));

const fourOutputs = (values: (name: string) => Float32Array) => ({
  position: values('position'),
  axis: values('axis'),
  scale: values('scale'),
  confidence: values('confidence'),
});

/** A joint that is not seen and whose likely place is at the film's edge was cut off by it. */
const reasonFor = (joint: Located, film: GreyImage): MissingReason =>
  isBeyondEdge(joint, film) ? MissingReason.MISSING_REASON_OFF_FILM : MissingReason.MISSING_REASON_NOT_FOUND;

function isBeyondEdge({ centre, handScale }: Located, { width, height }: GreyImage): boolean {
  const margin = EDGE_IN_HAND_SCALES * handScale;
  return centre.x < margin || centre.y < margin || centre.x > width - margin || centre.y > height - margin;
}
