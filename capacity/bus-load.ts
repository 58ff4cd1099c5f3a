/** What a rate of radiographs asks of NATS, and what of it gives way first. */
import type { Measured } from './measured.ts';
import { NATS_CORES, type Pods } from './simulation/mesh.ts';

/** What a server of the bus has in this reckoning; each is a limit of its own. */
const NETWORK_GBIT_PER_S = 10;
/** Each sidecar tells every orchestrator once a second that it is there. */
const PRESENCE_PER_S = 1;

/**
 * Servers that have a message in hand, on average: who sends and who takes it are on the same of n once in n times, else
 * it goes through two.
 */
export const handsOf = (servers: number): number => 2 - 1 / servers;

export type BusLimit = { what: string; asked: number; most: number; unit: string };

export function busLoad(perSecond: number, pods: Pods, { bus, busCosts, coreMs }: Measured): BusLimit[] {
  const publishedGbit = (perSecond * bus.bytes * 8) / 1e9;
  const sidecars = pods.bodyPart + pods.extraction + pods.scoring;
  const presence = sidecars * pods.orchestrator * PRESENCE_PER_S;
  const hands = handsOf(pods.nats);
  const coresAsked =
    hands * ((perSecond * coreMs['nats-server']!) / 1000 + (presence * busCosts.smallUs) / 1e6);
  // One thread of a server reads what a client sends, and one of another writes it to who takes it.
  const connectionGbit = ((1e6 / busCosts.mebibyteUs) * 1024 ** 2 * 8) / 1e9;
  return [
    {
      what: 'network of a server, each way',
      asked: (publishedGbit * hands) / pods.nats,
      most: NETWORK_GBIT_PER_S,
      unit: 'Gbit/s',
    },
    {
      what: 'cores of a server, presence included',
      asked: coresAsked / pods.nats,
      most: NATS_CORES,
      unit: 'cores',
    },
    {
      what: "an orchestrator's connection",
      asked: publishedGbit / pods.orchestrator,
      most: connectionGbit,
      unit: 'Gbit/s',
    },
  ];
}

/** The limit that is nearest. */
export const firstToBreak = (limits: readonly BusLimit[]): BusLimit =>
  limits.reduce((nearest, each) => (each.asked / each.most > nearest.asked / nearest.most ? each : nearest));
