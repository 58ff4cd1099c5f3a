/**
 * The floor: the same decoding, pre-processing and models in one process, without a network, a bus or
 * a second process. What the mesh takes above it is what the mesh costs.
 */
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CROP_SIDE_PX, cropSideInHandScales } from '#platform/domain/crop-frame.ts';
import { cropAlongFinger } from '#platform/image/crop-along-finger.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import * as bodyPart from '../../model-servers/body-part/body-part-model.ts';
import * as localisation from '../../model-servers/joint-extraction/localisation-model.ts';
import * as refinement from '../../model-servers/joint-extraction/refinement-model.ts';
import * as scoring from '../../model-servers/joint-scoring/scoring-model.ts';
import { decodeRadiograph } from '../../orchestrator/decode/decode-radiograph.ts';

const REPOSITORY = join(import.meta.dirname, '../../model-servers/repository');
const MAX_PIXELS = 36_000_000;

export type Floor = {
  /** Milliseconds to decode alone. */
  decode(file: Uint8Array): Promise<number>;
  /** Milliseconds until the first joint is scored, one joint at a time. */
  firstJoint(file: Uint8Array): Promise<number>;
  /** Milliseconds until all ten are scored, refined and scored as batches. */
  all(file: Uint8Array): Promise<number>;
};

type Outputs = (name: string) => Float32Array;

export async function createFloor(): Promise<Floor> {
  const load = (model: string) =>
    InferenceSession.create(join(REPOSITORY, model, '1', 'model.onnx'), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
  const [gate, coarse, fine, score] = [
    await load(bodyPart.MODEL),
    await load(localisation.MODEL),
    await load(refinement.MODEL),
    await load(scoring.MODEL),
  ];
  const side = (session: InferenceSession) => {
    const [input] = session.inputMetadata;
    return Number(input?.isTensor ? input.shape.at(-1) : 0);
  };
  const run = async (session: InferenceSession, images: GreyImage[]): Promise<Outputs> => {
    const { width, height } = images[0]!;
    const pixels = new Uint8Array(images.length * width * height);
    images.forEach((image, index) => {
      pixels.set(image.pixels, index * width * height);
    });
    const tensor = new Tensor('uint8', pixels, [images.length, 1, height, width]);
    const results = await session.run({ [session.inputNames[0]!]: tensor });
    return (name) => results[name]!.data as Float32Array;
  };
  const four = (outputs: Outputs, sample = 0) => ({
    position: outputs('position').subarray(sample * 2),
    axis: outputs('axis').subarray(sample * 2),
    scale: outputs('scale').subarray(sample),
    confidence: outputs('confidence').subarray(sample),
  });

  const find = async (file: Uint8Array) => {
    const { canonical } = await decodeRadiograph(file, MAX_PIXELS);
    const seen = await run(gate, [bodyPart.prepare(canonical, side(gate))]);
    const outputs = { kind: seen('kind'), turned: seen('turned'), inverted: seen('inverted') };
    const { turnedClockwise } = bodyPart.interpret(outputs, 0);
    const input = localisation.prepare(canonical, turnedClockwise, side(coarse));
    const found = four(await run(coarse, [input]));
    return { canonical, joints: localisation.interpret(found, canonical, turnedClockwise, side(coarse)) };
  };
  const scoreJoints = async (film: GreyImage, joints: localisation.Located[]) => {
    const refined = await run(
      fine,
      joints.map((joint) => refinement.prepare(film, joint, side(fine))),
    );
    const crops = joints.map((joint, index) => {
      const { centre, axis, handScale } = refinement.interpret(four(refined, index), joint);
      const frame = { centre, axis, side: cropSideInHandScales(joint.joint) * handScale };
      return scoring.prepare(cropAlongFinger(film, frame, CROP_SIDE_PX), side(score));
    });
    await run(score, crops);
  };
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };

  return {
    decode: (file) => timed(() => decodeRadiograph(file, MAX_PIXELS)),
    firstJoint: (file) =>
      timed(async () => {
        const { canonical, joints } = await find(file);
        await scoreJoints(canonical, joints.slice(0, 1));
      }),
    all: (file) =>
      timed(async () => {
        const { canonical, joints } = await find(file);
        await scoreJoints(canonical, joints);
      }),
  };
}
