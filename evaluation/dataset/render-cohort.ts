/** Draws a simulated cohort into a folder, with its manifest; goes on where it stopped. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderHand, type Truth } from '../../synthetic/render-hand.ts';
import { encodePng } from '../../synthetic/write-film.ts';
import { filmOfTruth } from './from-synthetic.ts';
import { grown, planCohort, type Visit } from './synthetic-cohort.ts';
import { writeManifest } from './write-manifest.ts';

export type CohortOptions = { count: number; seed: number; spacingMm: number };

/** `out/manifest.csv` and `out/films/…`. @returns the manifest's path */
export async function renderCohort(
  out: string,
  { count, seed, spacingMm }: CohortOptions,
  onFilm: (done: number, name: string) => void,
): Promise<string> {
  await mkdir(join(out, 'films'), { recursive: true });
  const films = [];
  const truthAt = new Map<string, Truth>();
  for (const [at, visit] of planCohort(count, seed, spacingMm).entries()) {
    const first = truthAt.get(visit.patient);
    const render =
      visit.isFollowUp && first ? { ...visit.render, lesions: grown(first, seed) } : visit.render;
    const truth = await draw(out, visit.name, render);
    truthAt.set(visit.patient, truth);
    films.push(filmOfTruth(truth, { ...visit, image: `films/${visit.name}.png` }));
    onFilm(at + 1, visit.name);
  }
  const manifest = join(out, 'manifest.csv');
  await writeFile(manifest, writeManifest(films, true));
  return manifest;
}

type Drawn = { render: Visit['render']; truth: Truth };

/** A film that was drawn with the same wishes is not drawn again: its truth is written last. */
async function draw(out: string, name: string, render: Visit['render']): Promise<Truth> {
  const path = join(out, 'films', name);
  const there = await readFile(`${path}.json`, 'utf8').catch(() => undefined);
  if (there) {
    const drawn = JSON.parse(there) as Drawn;
    if (JSON.stringify(drawn.render) === JSON.stringify(render)) return drawn.truth;
  }
  const film = renderHand(render);
  await writeFile(`${path}.png`, await encodePng(film));
  await writeFile(`${path}.json.new`, JSON.stringify({ render, truth: film.truth } satisfies Drawn));
  await rename(`${path}.json.new`, `${path}.json`);
  return film.truth;
}
