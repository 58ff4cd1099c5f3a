/** What one message from one client to another costs nats-server, in core time. */
import { connect } from '@nats-io/transport-node';
import { coreTimeMs } from './process-costs.ts';

const SMALL = { bytes: 100, count: 200_000 };
/** As large as the pieces of a radiograph. */
const LARGE = { bytes: 512 * 1024, count: 3000 };
/** Published before the receiver has caught up. */
const AHEAD = 64;

/** Microseconds a small message, and a mebibyte in large ones. */
export async function measureBusCosts(
  url: string,
  pid: number,
): Promise<{ smallUs: number; mebibyteUs: number }> {
  const small = await costUs(url, pid, SMALL);
  const large = await costUs(url, pid, LARGE);
  return { smallUs: small, mebibyteUs: (large * 1024 ** 2) / LARGE.bytes };
}

async function costUs(url: string, pid: number, { bytes, count }: typeof SMALL): Promise<number> {
  const [sender, receiver] = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  try {
    let received = 0;
    receiver.subscribe('costs', { callback: () => void received++ });
    await receiver.flush();
    const payload = new Uint8Array(bytes);
    const before = coreTimeMs([pid]);
    for (let sent = 1; sent <= count; sent++) {
      sender.publish('costs', payload);
      if (sent % AHEAD === 0) {
        await sender.flush();
        await receiver.flush();
      }
    }
    await sender.flush();
    await receiver.flush();
    if (received !== count) throw new Error(`${received} of ${count} messages arrived`);
    return ((coreTimeMs([pid]) - before) * 1000) / count;
  } finally {
    await Promise.all([sender.close(), receiver.close()]);
  }
}
