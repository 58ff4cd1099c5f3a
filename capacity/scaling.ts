/** How throughput grows with the scoring pods where every other role has enough, each container on its own cores: simulated. */
import { demandsOf } from './demands.ts';
import type { Measured } from './measured.ts';
import { type Seen, simulate } from './simulation/simulate.ts';

const ENOUGH = { gateway: 4, orchestrator: 12, bodyPart: 4, extraction: 16, nats: 3 };
/** So many that a pod never has nothing to do, and no more than the gateways and orchestrators take. */
const CLIENTS = 120;
const SECONDS = 10;

export const scalingOf = (
  measured: Measured,
  scoringPods: readonly number[],
): { scoring: number; seen: Seen }[] =>
  scoringPods.map((scoring) => ({
    scoring,
    seen: simulate(
      { ...ENOUGH, scoring },
      demandsOf(measured),
      { clients: CLIENTS, clientMs: 0 },
      { seconds: SECONDS },
    ),
  }));
