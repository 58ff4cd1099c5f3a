/** The simulation on the cores on which the figures were measured, beside what was measured there. */
import { demandsOf } from './demands.ts';
import type { Measured } from './measured.ts';
import { type Seen, simulate } from './simulation/simulate.ts';

export type Compared = { clients: number; measured: Measured['loads'][number]; simulated: Seen };

const SECONDS = 60;

/** One of each role and two scoring pods, as `npm start` has it. */
export function againstMeasured(measured: Measured): Compared[] {
  const demands = demandsOf(measured);
  return measured.loads.map((load) => {
    const pods = {
      gateway: 1,
      orchestrator: 1,
      bodyPart: 1,
      extraction: 1,
      scoring: load.scoringPods,
      nats: 1,
    };
    const clientMs = measured.coreMs.client ?? 0;
    const simulated = simulate(
      pods,
      demands,
      { clients: load.clients, clientMs },
      { seconds: SECONDS, sharedCores: measured.cores },
    );
    return { clients: load.clients, measured: load, simulated };
  });
}
