/** Whether the images of a dataset are there, can be read, and hold the joints that are said to lie on them. */
import { resolve } from 'node:path';
import sharp from 'sharp';
import { eachInTurn } from '../../cli/each-in-turn.ts';
import type { ManifestFilm } from './read-manifest.ts';

/** Of many problems with images, so many are named. */
const MOST_NAMED = 20;
const AT_ONCE = 8;

/** One line each, in the manifest's order; only headers are read. */
export async function lookAtImages(films: readonly ManifestFilm[], folder: string): Promise<string[]> {
  const problems = new Map<ManifestFilm, string[]>();
  const { signal } = new AbortController();
  await eachInTurn(films, { concurrency: AT_ONCE, signal }, async (film) => {
    problems.set(film, await problemsOf(film, resolve(folder, film.image)));
  });
  const all = films.flatMap((film) => problems.get(film)!.map((problem) => `line ${film.line}: ${problem}`));
  const more = all.length - MOST_NAMED;
  return more > 0 ? [...all.slice(0, MOST_NAMED), `and ${more} more problems with images`] : all;
}

async function problemsOf({ image, positions }: ManifestFilm, path: string): Promise<string[]> {
  let size: { width: number; height: number };
  try {
    size = (await sharp(path).metadata()).autoOrient;
  } catch (thrown) {
    const isMissing = (thrown as Error).message.includes('missing');
    return [isMissing ? `there is no image ${image}` : `${image} cannot be read as an image`];
  }
  const { width, height } = size;
  return Object.entries(positions)
    .filter(([, { x, y }]) => x > width || y > height)
    .map(([joint]) => `${joint} lies outside ${image}, which is ${width} × ${height} pixels`);
}
