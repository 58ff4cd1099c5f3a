/** What crosses the connection to nats-server, and whether there is one. */
import type { NatsConnection } from '@nats-io/transport-node';
import { observe } from '../telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '../telemetry/names.ts';

export function observeBus(connection: NatsConnection, isConnected: () => boolean): void {
  const inwards = { [ATTRIBUTE.direction]: 'in' };
  const outwards = { [ATTRIBUTE.direction]: 'out' };
  observe('busConnected', (result) => result.observe(isConnected() ? 1 : 0));
  observe('busMessages', (result) => {
    const { inMsgs, outMsgs } = connection.stats();
    result.observe(inMsgs, inwards);
    result.observe(outMsgs, outwards);
  });
  observe('busBytes', (result) => {
    const { inBytes, outBytes } = connection.stats();
    result.observe(inBytes, inwards);
    result.observe(outBytes, outwards);
  });
}
