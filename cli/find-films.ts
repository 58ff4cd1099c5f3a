/** The films that the arguments name: files as they are, folders with every picture below them. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp']);

export class NoSuchFilm extends Error {
  override name = 'NoSuchFilm';
}

/** In the order of the arguments, folders sorted, nothing twice. */
export async function findFilms(places: string[]): Promise<string[]> {
  const films: string[] = [];
  for (const place of places.map(normalize)) {
    const found = await stat(place).catch(() => undefined);
    if (!found) throw new NoSuchFilm(`there is no file or folder ${place}`);
    films.push(...(found.isDirectory() ? await picturesBelow(place) : [place]));
  }
  return [...new Set(films)];
}

async function picturesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && PICTURES.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
