/**
 * Ports for a mesh of its own: a block below the range from which systems pick ports for outgoing
 * connections, so that none of it is taken between this look and the start of the mesh.
 */
import { isFree } from '../../launcher/ports.ts';

/** Room for four named ports, eight model servers and twenty admin ports. */
const BLOCK = 40;
const LOWEST = 20_000;
const HIGHEST = 32_000;

export async function freePorts(): Promise<Record<string, string>> {
  for (;;) {
    const base = LOWEST + Math.floor((Math.random() * (HIGHEST - LOWEST)) / BLOCK) * BLOCK;
    const block = Array.from({ length: BLOCK }, (_, index) => base + index);
    if (!(await Promise.all(block.map((port) => isFree(port)))).every(Boolean)) continue;
    return {
      DEEPXRAY_HTTP_PORT: String(base),
      DEEPXRAY_NATS_PORT: String(base + 1),
      DEEPXRAY_GRPC_PORT: String(base + 2),
      DEEPXRAY_ADMIN_PORT: String(base + 15),
      DEEPXRAY_TRACES_PORT: String(base + 39),
    };
  }
}
