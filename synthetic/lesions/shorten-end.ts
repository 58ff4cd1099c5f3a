/** Collapse of an end: the bone loses length where its surface is destroyed. */

import { erosionOf, widen } from '../bones/bone-erosion.ts';
import { STEP_MM } from '../bones/outline.ts';
import { surfaceOf, type TubularBone } from '../bones/tubular-bone.ts';
import type { Stretch } from './bite-along.ts';

/**
 * Shortens an end along the axis over the destroyed part of its surface, least beside what survives:
 * a head sharpens to a pencil around its last intact patch.
 * @param lossMm by distance from the axis, 0 to 1
 */
export function shortenEnd(
  bone: TubularBone,
  end: 'head' | 'base',
  stretches: readonly Stretch[],
  lossMm: (t: number) => number,
): void {
  const surface = surfaceOf(bone, end);
  const erosion = erosionOf(bone);
  const { x, y } = bone.outline;
  const up = end === 'head' ? 1 : -1;
  const reach = Math.max(...Array.from(surface, (i) => Math.abs(x[i]!)));
  const fromSurvivor = distanceFromSurvivor(surface.length, stretches);
  const stepMm = 0.15;
  const count = Math.ceil((2 * reach + 2) / stepMm);
  const loss = new Float32Array(count);
  const mostLoss = new Float32Array(count).fill(1e6);
  const surfaceAt = new Float32Array(count).fill(Number.NaN);
  surface.forEach((i, k) => {
    const u = x[i]!;
    const bin = Math.max(0, Math.min(count - 1, Math.round((u + reach + 1) / stepMm)));
    if (Number.isNaN(surfaceAt[bin]!) || up * y[i]! > up * surfaceAt[bin]!) surfaceAt[bin] = y[i]!;
    const spared = 0.9 * fromSurvivor[k]!;
    loss[bin] = Math.max(loss[bin]!, Math.min(lossMm(Math.min(1, Math.abs(u) / reach)), spared));
    mostLoss[bin] = Math.min(mostLoss[bin]!, spared);
  });
  fillGaps(surfaceAt, loss);
  // What is softened must not spread over the survivors: as much is gone as the truth says.
  const smooth = softened(loss, 4).map((mm, k) => Math.min(mm, mostLoss[k]!));
  const heights = surfaceAt.map((height, k) => (smooth[k]! < 0.15 ? up * 1e6 : height - up * smooth[k]!));
  erosion[end] = { startMm: -reach - 1, stepMm, heights };
  for (const i of surface) widen(erosion, x[i]!, y[i]! - up * lossMm(0.5), lossMm(1));
}

/** Along the surface, how far (mm) each point lies from what is left of it: 0 on the survivors. */
function distanceFromSurvivor(count: number, stretches: readonly Stretch[]): Float32Array {
  const far = new Float32Array(count).fill(1e6);
  for (let k = 0; k < count; k++) {
    const mm = (k + 0.5) * STEP_MM;
    if (!stretches.some(({ fromMm, toMm }) => mm >= fromMm - STEP_MM && mm <= toMm + STEP_MM)) far[k] = 0;
  }
  for (let k = 1; k < count; k++) far[k] = Math.min(far[k]!, far[k - 1]! + STEP_MM);
  for (let k = count - 2; k >= 0; k--) far[k] = Math.min(far[k]!, far[k + 1]! + STEP_MM);
  return far;
}

/** Bins that no surface point fell into take their neighbour's values; beyond the rim, the outermost. */
function fillGaps(surfaceAt: Float32Array, loss: Float32Array): void {
  const n = surfaceAt.length;
  for (let k = 1; k < n; k++) {
    if (!Number.isNaN(surfaceAt[k]!) || Number.isNaN(surfaceAt[k - 1]!)) continue;
    surfaceAt[k] = surfaceAt[k - 1]!;
    loss[k] = loss[k - 1]!;
  }
  for (let k = n - 2; k >= 0; k--) {
    if (!Number.isNaN(surfaceAt[k]!)) continue;
    surfaceAt[k] = surfaceAt[k + 1]!;
    loss[k] = loss[k + 1]!;
  }
}

function softened(values: Float32Array, radius: number): Float32Array {
  return values.map((_, k) => {
    let sum = 0;
    for (let d = -radius; d <= radius; d++) sum += values[Math.max(0, Math.min(values.length - 1, k + d))]!;
    return sum / (2 * radius + 1);
  });
}
