/** The settings that every sidecar has. */
import { busSettings, commonSettings } from '#platform/process/common-settings.ts';
import { integer, text } from '#platform/process/settings.ts';

export const sidecarSettings = (capacity: number) => ({
  ...commonSettings,
  ...busSettings,
  modelServer: text(
    'DEEPXRAY_MODEL_SERVER',
    '127.0.0.1:50052',
    "the pod's model server: host:port, or unix:/path of its socket",
  ),
  capacity: integer(
    'DEEPXRAY_CAPACITY',
    capacity,
    { min: 1, max: 10_000 },
    'pieces of work in hand at once; above it the sidecar says busy at once',
  ),
});
