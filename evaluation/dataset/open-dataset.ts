/** A dataset from where a person keeps it: a manifest, or a folder in a layout that is known. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CannotEvaluate } from '../cannot-evaluate.ts';
import type { Dataset, Film } from './dataset.ts';
import { fromFilmsTable, type Split } from './from-films-table.ts';
import { fromSynthetic } from './from-synthetic.ts';
import { lookAtImages } from './look-at-images.ts';
import { readManifest } from './read-manifest.ts';

export type DatasetOptions = {
  /** Of films.csv alone. */
  split: Split;
  /** Look whether a manifest's images are there and hold its joints; not needed where none is sent. */
  withImages: boolean;
};

/** Throws CannotEvaluate with every problem. */
export async function openDataset(place: string, { split, withImages }: DatasetOptions): Promise<Dataset> {
  const found = await stat(place).catch(() => undefined);
  if (!found) throw new CannotEvaluate(`there is no file or folder ${place}`);
  if (!found.isDirectory()) return openManifest(place, withImages);
  if (await isThere(join(place, 'manifest.csv')))
    return openManifest(join(place, 'manifest.csv'), withImages);
  if (await isThere(join(place, 'films.csv'))) {
    return whole(`${place} (${split})`, await fromFilmsTable(place, split), place, false);
  }
  const simulated = await fromSynthetic(place);
  if (simulated.length > 0) return whole(place, simulated, place, true);
  throw new CannotEvaluate(
    `${place} holds no manifest.csv, no films.csv and no hand-*.json of simulated hands: ` +
      'write a manifest (docs/evaluation.md shows how), or make a dataset with "npm run evaluate:dataset"',
  );
}

async function openManifest(path: string, withImages: boolean): Promise<Dataset> {
  const { films, simulated, problems } = readManifest(await readFile(path, 'utf8'));
  const folder = dirname(path);
  const named = films.filter(({ image }) => image !== '');
  const all = [...problems, ...(withImages ? await lookAtImages(named, folder) : [])];
  if (all.length > 0) {
    const count = `${all.length} ${all.length === 1 ? 'problem' : 'problems'} in ${path}`;
    throw new CannotEvaluate(`${count}:`, ...all.map((one) => `  ${one}`));
  }
  return whole(
    path,
    films.map(({ line: _, ...film }) => film),
    folder,
    simulated,
  );
}

function whole(source: string, films: Omit<Film, 'path'>[], folder: string, simulated: boolean): Dataset {
  if (films.length === 0) throw new CannotEvaluate(`${source} holds no film`);
  const readers = new Set(films.flatMap(({ gradings }) => Object.keys(gradings)));
  return {
    source,
    films: films.map((film) => ({ ...film, path: resolve(folder, film.image) })),
    readers: [...readers],
    simulated,
  };
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
