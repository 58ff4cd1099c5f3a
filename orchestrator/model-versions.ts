/**
 * Which version of each model a radiograph is scored with: the one that its caller pins, else one of those that the
 * setting names, by their shares; chosen once a radiograph, so that none mixes two. Where nobody names one the pods
 * take their latest, which in a rollout is not the same everywhere.
 */
import { isModelName, MODEL_NAMES } from '#platform/domain/models.ts';
import type { Setting } from '#platform/process/settings.ts';

/** Model → versions with the parts of the requests that each gets. */
export type VersionShares = Record<string, { version: string; parts: number }[]>;

/** `joint-scoring=1:90,2:10;body-part=1`. */
export const versionShares = (env: string, doc: string): Setting<VersionShares> => ({
  env,
  fallback: '',
  doc,
  parse: (value) =>
    Object.fromEntries(
      value
        .split(';')
        .filter((model) => model.trim() !== '')
        .map(sharesOfModel),
    ),
});

const MODEL = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/;
const SHARE = /^([1-9]\d*)(?::(\d+))?$/;

function sharesOfModel(text: string): [model: string, shares: VersionShares[string]] {
  const [, model = '', versions = ''] = MODEL.exec(text) ?? [];
  const shares = versions.split(',').map((share) => {
    const [, version = '', parts = '1'] = SHARE.exec(share) ?? [];
    return { version, parts: Number(parts) };
  });
  if (model === '' || shares.some(({ version }) => version === '') || total(shares) === 0) {
    throw new Error(`“${text}” is not model=version or model=version:parts,version:parts`);
  }
  if (!isModelName(model)) throw new Error(`there is no model ${model}; there are ${MODEL_NAMES.join(', ')}`);
  return [model, shares];
}

const total = (shares: VersionShares[string]): number => shares.reduce((sum, { parts }) => sum + parts, 0);

/** `random` is evenly in [0, 1), once a model. */
export function chooseVersions(
  shares: VersionShares,
  pinned: Record<string, string>,
  random: () => number = Math.random,
): Record<string, string> {
  const chosen = Object.entries(shares).map(([model, versions]) => {
    let left = random() * total(versions);
    const hit = versions.find(({ parts }) => {
      left -= parts;
      return left < 0;
    });
    return [model, hit!.version];
  });
  return { ...Object.fromEntries(chosen), ...pinned };
}
