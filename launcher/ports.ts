/** A look at the ports before anything is started: one clear line beats ten processes that cannot bind. */
import { createServer } from 'node:net';
import type { PortInUse } from './plan.ts';

/** What stands in the way, one sentence a setting; empty if nothing does. */
export async function problemsWithPorts(uses: PortInUse[]): Promise<string[]> {
  const inTheWay: { use: PortInUse; why: string }[] = [];
  const first = new Map<number, PortInUse>();
  for (const use of uses) {
    const other = first.get(use.port);
    if (use.port > 65535) inTheWay.push({ use, why: 'does not exist' });
    else if (other) inTheWay.push({ use, why: `is ${other.by}'s already (${other.setting})` });
    else first.set(use.port, use);
  }
  const free = await Promise.all(
    [...first.values()].map(async (use) => ({ use, free: await isFree(use.port) })),
  );
  inTheWay.push(...free.filter((one) => !one.free).map(({ use }) => ({ use, why: 'is taken' })));

  return [...Map.groupBy(inTheWay, ({ use }) => use.setting)].map(([setting, [one, ...others]]) => {
    const more = others.length === 0 ? '' : `, and ${others.length} more of its ports`;
    return `port ${one!.use.port} for ${one!.use.by} ${one!.why}${more}: set ${setting} to another`;
  });
}

export const isFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
