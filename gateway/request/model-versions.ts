/** `?modelVersions=joint-scoring:1,body-part:1`: which versions of the models the client wants, as studies over years must. */
import { DeepXRayError } from '#platform/errors/code.ts';

export const PARAMETER = 'modelVersions';

const PIN = /^([a-z-]{1,64}):([1-9]\d{0,8})$/;

/** Version by model; whether such a version is served the orchestrator knows. Throws `bad-request` or `unknown-field`. */
export function readModelVersions(query: unknown): Record<string, string> {
  const { [PARAMETER]: given = [], ...others } = query as Record<string, string | string[]>;
  // A pin that is misspelt would be none.
  if (Object.keys(others).length > 0) {
    throw new DeepXRayError(
      'unknown-field',
      `The address has a parameter that is not known. The only one is ${PARAMETER}.`,
    );
  }
  const pins = [given].flat().flatMap((text) => text.split(','));
  const versions = new Map<string, string>();
  for (const pin of pins) {
    const [, model, version] = PIN.exec(pin) ?? [];
    if (!model || !version || versions.has(model)) {
      throw new DeepXRayError(
        'bad-request',
        `${PARAMETER} takes model:version, each model once, separated by commas, as joint-scoring:1,body-part:1.`,
      );
    }
    versions.set(model, version);
  }
  return Object.fromEntries(versions);
}
