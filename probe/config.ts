import { credentialSettings } from '#platform/access/credential.ts';
import { commonSettings } from '#platform/process/common-settings.ts';
import { integer, optionalText, port, text } from '#platform/process/settings.ts';

export const settings = {
  ...commonSettings,
  ...credentialSettings,
  /** Beside a mesh on one machine. */
  adminPort: port('DEEPXRAY_ADMIN_PORT', 9480, "the probe's own /metrics; unused with --once"),
  gateway: text('DEEPXRAY_GATEWAY', 'http://127.0.0.1:8080', 'the gateway that is probed'),
  everyS: integer(
    'DEEPXRAY_PROBE_EVERY',
    60,
    { min: 1, max: 86_400 },
    'seconds from one probe to the next; with --once there is but one',
  ),
  golden: optionalText(
    'DEEPXRAY_PROBE_GOLDEN',
    'file of the golden answer, written by the first probe where it does not exist; without it the first answer since the start is golden',
  ),
};
