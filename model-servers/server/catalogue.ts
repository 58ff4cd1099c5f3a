/** The models served, by name and version. */
import type { ServedModel } from './model.ts';
import { unknownModel } from './triton-errors.ts';

export type Catalogue = {
  has(name: string, version: string): boolean;
  /** An empty version means the latest. Throws NOT_FOUND. */
  find(name: string, version: string): ServedModel;
  /** An empty name means all models, an empty version all of theirs. Throws NOT_FOUND. */
  findAll(name: string, version: string): ServedModel[];
};

/** `models` in the repository's order: a model's versions from the oldest to the latest. */
export function createCatalogue(models: readonly ServedModel[]): Catalogue {
  const versionsOf = (name: string, version: string) =>
    models.filter((model) => model.name === name && (version === '' || model.version === version));
  return {
    has: (name, version) => versionsOf(name, version).length > 0,
    find(name, version) {
      const latest = versionsOf(name, version).at(-1);
      if (!latest) throw unknownModel(name, version);
      return latest;
    },
    findAll(name, version) {
      const found = name === '' ? [...models] : versionsOf(name, version);
      if (found.length === 0) throw unknownModel(name, version);
      return found;
    },
  };
}
