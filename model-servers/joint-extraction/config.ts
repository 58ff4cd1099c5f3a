import { sidecarSettings } from '../sidecar/settings.ts';

/** Each radiograph in hand holds up to 2.5 MB. */
export const settings = sidecarSettings(16);
