/** Something done to the mesh while requests come, and what became of them. */
import type { JsonReply } from '../../harness/score.ts';
import type { Known } from '../../harness/steady-load.ts';
import { until, whole } from './mesh-on-cluster.ts';
import { startClients, type Tally } from './steady-clients.ts';

/** Answers before it, and after it. */
const BEFORE = 3;
const AFTER = 6;

/** Requests are under way, then it is done, until every pod is there again, then more requests. */
export async function underLoad(
  {
    url,
    known,
    name,
    ...how
  }: {
    url: string;
    known: readonly Known[];
    name: string;
    atOnce?: number;
    onAnswer?: (body: JsonReply['body']) => void;
  },
  disturb: () => Promise<void>,
): Promise<Tally> {
  const clients = startClients(url, known, how);
  const more = (requests: number) => {
    const before = clients.ended();
    return until(`${requests} requests more`, async () => clients.ended() >= before + requests);
  };
  try {
    await more(BEFORE);
    await disturb();
    await whole();
    await more(AFTER);
  } finally {
    await clients.stop();
    console.log(name, JSON.stringify(clients.tally), ...clients.complaints.map((words) => `\n  ${words}`));
  }
  return clients.tally;
}
