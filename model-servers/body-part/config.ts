import { sidecarSettings } from '../sidecar/settings.ts';

/** A batch of its model: who is taken has its answer soon, and who is not asks again without having lost its place. */
export const settings = sidecarSettings(8);
