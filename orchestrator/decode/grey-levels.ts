/**
 * Whether a film has the grey levels that erosions are seen by. Reduced to few, as a palette or a scan of line art has
 * them, a sound joint looks eroded: of three real hands whose joints are all graded 0, reduced to 32 levels all still were,
 * to 16 one got a grade of 2, and to 8 each got grades of 3 or more, up to 5.
 */
import { DeepXRayError } from '#platform/errors/code.ts';
import type { GreyImage } from '#platform/image/grey-image.ts';

/**
 * Of 1,175 real hands the poorest in contrast lives on 28; reduced to 16 levels, none on more than 15. Of 11,520 crops of
 * their joints twelve live on fewer than 12, the poorest on 9: all are graded 0, but refused like crops reduced to 8 levels.
 */
const FEWEST = { film: 20, crop: 12 };
/** A larger film hides few levels when it is scaled down, but its file tells how many there can be. */
const FEWEST_BITS = 5;
/** Of the pixels that are not of the commonest level, the background's. */
const COVERED_SHARE = 0.99;
/** Every third pixel tells as much. */
const STRIDE = 3;

/** How many grey levels an image lives on: the least that nearly all its pixels have, beside the commonest one. */
export function greyLevelsOf({ pixels }: Pick<GreyImage, 'pixels'>): number {
  const histogram = new Uint32Array(256);
  for (let index = 0; index < pixels.length; index += STRIDE) histogram[pixels[index]!]!++;
  const [, ...others] = histogram.sort().reverse();
  const wanted = COVERED_SHARE * others.reduce((sum, count) => sum + count, 0);
  let covered = 0;
  let levels = 0;
  while (covered < wanted) covered += others[levels++]!;
  return levels;
}

type Picture = { canonical: GreyImage; bitsPerSample: number };

/** Whether a whole film, or a crop of one joint, has levels enough. */
export const canTellErosions = ({ canonical, bitsPerSample }: Picture, shows: keyof typeof FEWEST): boolean =>
  bitsPerSample >= FEWEST_BITS && greyLevelsOf(canonical) >= FEWEST[shows];

/** Throws `unreadable-image` with what to do about it. */
export function requireGreyLevels(film: Picture): void {
  if (canTellErosions(film, 'film')) return;
  throw new DeepXRayError(
    'unreadable-image',
    'The image has too few grey levels to tell an erosion by. Export the radiograph in 8 bits of grey or more, not as black and white or with a palette.',
  );
}
