/** What changes along a bone: depth, width, mineral as functions of the height v. */

/** A function of v, sampled every `stepMm` from `startMm`; the end values hold beyond. */
export type Profile = { startMm: number; stepMm: number; values: Float32Array };

export function profileOf(startMm: number, endMm: number, of: (v: number) => number, stepMm = 0.5): Profile {
  const count = Math.max(2, Math.ceil((endMm - startMm) / stepMm) + 1);
  return {
    startMm,
    stepMm,
    values: Float32Array.from({ length: count }, (_, i) => of(startMm + i * stepMm)),
  };
}

export const constantProfile = (value: number): Profile => profileOf(0, 0.5, () => value);

export function at({ startMm, stepMm, values }: Profile, v: number): number {
  const position = Math.max(0, Math.min(values.length - 1.001, (v - startMm) / stepMm));
  const i = Math.floor(position);
  return values[i]! + (position - i) * (values[i + 1]! - values[i]!);
}
