/**
 * One scorer: takes crops by `core` or `jetstream`, and answers each after a SIMULATED service time, one
 * at a time as a model does. Arguments: transport, NATS URL, mean service time in ms, crops in hand at most.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { CONSUMER, idOf, QUEUE_GROUP, SCORES, STREAM, SUBJECT } from './crop.ts';

/** Beyond `capacity` a crop is refused at once, and the sender tries another, as with the sidecar's. */
const [transport, url, meanMs, capacity] = process.argv.slice(2);
/** What JetStream waits for an acknowledgement, as long as the orchestrator's patience for a score. */
export const ACK_WAIT_MS = 1500;

const connection = await connect({ servers: url!, name: 'scorer' });
const serve = () => delay(Number(meanMs) * (0.5 + Math.random()));
const score = (id: number) => connection.publish(SCORES, String(id));

if (transport === 'core') {
  let last: Promise<void> = Promise.resolve();
  let inHand = 0;
  connection.subscribe(SUBJECT, {
    queue: QUEUE_GROUP,
    callback: (error, message) => {
      if (error) return;
      if (inHand >= Number(capacity)) return void message.respond('busy');
      inHand++;
      message.respond('accepted');
      last = last.then(serve).then(() => {
        inHand--;
        score(idOf(message.data));
      });
    },
  });
} else {
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(STREAM, {
    durable_name: CONSUMER,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_MS * 1e6,
  });
  const consumer = await jetstream(connection).consumers.get(STREAM, CONSUMER);
  // One at a time, so that no crop waits behind another while a scorer elsewhere is free.
  void (async () => {
    for await (const message of await consumer.consume({ max_messages: 1 })) {
      await serve();
      score(idOf(message.data));
      message.ack();
    }
  })();
}
await connection.flush();
process.send?.('ready');
