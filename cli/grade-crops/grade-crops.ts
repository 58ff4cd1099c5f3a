/** Grades loose crops, a few at a time and in order; one that cannot be read does not stop the rest. */
import { readFile } from 'node:fs/promises';
import type { Graded } from '../../model-servers/joint-scoring/scoring-model.ts';
import { type Decoded, decodeRadiograph } from '../../orchestrator/decode/decode-radiograph.ts';
import { canTellErosions } from '../../orchestrator/decode/grey-levels.ts';
import { showField, weigh } from './fields.ts';
import type { Missing } from './rows.ts';
import type { Scorer } from './scorer.ts';

export type CropResult = {
  path: string;
  result: Graded | Missing;
  /** Why an unreadable file, or one that no grade can be told of, has none; for a person. */
  problem?: string;
};

const AT_ONCE = 16;
const MAX_PIXELS = 36_000_000;
const TOO_FEW_LEVELS =
  'too few grey levels to tell an erosion by: cut it from a film of 8 bits of grey or more';

/** `fields`: the central shares of each crop that the model is shown. */
export async function* gradeCrops(
  paths: readonly string[],
  { scorer, fields }: { scorer: Scorer; fields: readonly number[] },
): AsyncGenerator<CropResult> {
  let next = readAll(paths.slice(0, AT_ONCE));
  for (let first = 0; first < paths.length; first += AT_ONCE) {
    const batch = paths.slice(first, first + AT_ONCE);
    const crops = await next;
    // Decoded by libuv's threads while the model has this one.
    next = readAll(paths.slice(first + AT_ONCE, first + 2 * AT_ONCE));
    for (const [index, path] of batch.entries()) {
      const crop = crops[index]!;
      if (crop instanceof Error) yield { path, result: 'unreadable', problem: crop.message };
      else if (!canTellErosions(crop, 'crop')) yield { path, result: 'unscorable', problem: TOO_FEW_LEVELS };
      else yield { path, result: await gradeCrop(crop, scorer, fields) };
    }
  }
}

async function gradeCrop(
  { canonical }: Decoded,
  scorer: Scorer,
  fields: readonly number[],
): Promise<Graded | Missing> {
  const graded = weigh(await scorer.grade(fields.map((field) => showField(canonical, field, scorer.side))));
  return graded.scorable < scorer.threshold ? 'unscorable' : graded;
}

const readAll = (paths: readonly string[]): Promise<(Decoded | Error)[]> =>
  Promise.all(
    paths.map(async (path) => {
      try {
        return await decodeRadiograph(await readFile(path), MAX_PIXELS);
      } catch (error) {
        return error as Error;
      }
    }),
  );
