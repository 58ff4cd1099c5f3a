/** Where each process of a mesh answers `/metrics`, in the launcher's own plan. */
import { settings } from '../../launcher/config.ts';
import { planRoles } from '../../launcher/plan.ts';
import { readSettings } from '../../platform/process/settings.ts';
import type { Mesh } from './mesh.ts';

export type AdminPort = {
  /** `service.name`, and the job of a scrape. */
  role: string;
  port: number;
};

export function adminPorts(mesh: Pick<Mesh, 'port'>, scoringPods: number): AdminPort[] {
  const values = readSettings(settings, {
    DEEPXRAY_ADMIN_PORT: String(mesh.port('ADMIN')),
    DEEPXRAY_SCORING_PODS: String(scoringPods),
  });
  return planRoles(values, '/run').map(({ role, environment }) => ({
    role: role.split(':')[0]!,
    port: Number(environment.DEEPXRAY_ADMIN_PORT),
  }));
}
