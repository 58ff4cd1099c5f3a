/** The scoring model that the mesh serves, opened in this process: the same file, checks and meaning of its numbers. */
import { join } from 'node:path';
import { GRADES } from '#platform/domain/grades.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';
import {
  DEFAULT_THRESHOLD,
  type Graded,
  interpret,
  MODEL,
  prepare,
} from '../../model-servers/joint-scoring/scoring-model.ts';
import { openModelSession } from '../../model-servers/server/model-session.ts';
import { readRepository } from '../../model-servers/server/repository.ts';

const REPOSITORY = join(import.meta.dirname, '../../model-servers/repository');

export type Scorer = {
  /** Side of the crops that the model takes, in pixels. */
  side: number;
  /** The least `scorable` that gets a grade. */
  threshold: number;
  /** In the order of the crops, as many as there are. */
  grade(crops: readonly GreyImage[]): Promise<Graded[]>;
};

/** The newest version of the repository, on one thread. Throws where it is damaged. */
export async function openScorer(): Promise<Scorer> {
  const model = (await readRepository(REPOSITORY, [MODEL])).at(-1)!;
  const { session } = await openModelSession(model, 1);
  const side = model.inputs[0]!.dims.at(-1)!;
  const gradeBatch = async (crops: readonly GreyImage[]): Promise<Graded[]> => {
    const pixels = new Uint8Array(crops.length * side * side);
    for (const [sample, crop] of crops.entries())
      pixels.set(prepare(crop, side).pixels, sample * side * side);
    const results = await session.run(crops.length, [pixels.buffer]);
    const of = (name: string) =>
      new Float32Array(results[model.outputs.findIndex((one) => one.name === name)]!);
    const [grade, erosion, scorable] = [of('grade'), of('erosion'), of('scorable')];
    return crops.map((_, sample) =>
      interpret({
        grade: grade.subarray(sample * GRADES.length, (sample + 1) * GRADES.length),
        erosion: erosion.subarray(sample, sample + 1),
        scorable: scorable.subarray(sample, sample + 1),
      }),
    );
  };
  return {
    side,
    threshold: Number(model.config.parameters.threshold?.stringValue ?? DEFAULT_THRESHOLD),
    async grade(crops) {
      const grades: Graded[] = [];
      for (let first = 0; first < crops.length; first += model.maxBatch) {
        grades.push(...(await gradeBatch(crops.slice(first, first + model.maxBatch))));
      }
      return grades;
    },
  };
}
