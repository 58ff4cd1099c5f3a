import { sidecarSettings } from '../sidecar/settings.ts';

export const settings = sidecarSettings(4);
