/** How many pods of each role it takes: as few as the simulation says keep the aim. */
import { type Demands, JOINTS } from './demands.ts';
import { NATS_CORES, type Pods } from './simulation/mesh.ts';
import { type Seen, simulate } from './simulation/simulate.ts';

export type Aim = { perSecond: number; p99Ms: number };
export type Plan = { pods: Pods; seen: Seen };

/** A thread that is at it for longer than this share of the time is where the search begins. */
const BUSIEST = 0.85;
const SHORTEST_S = 6;
const LONGEST_S = 300;
const MOST_STEPS = 60;
/** A bus of one server goes with its node. */
const FEWEST: Pods = { gateway: 2, orchestrator: 2, bodyPart: 2, extraction: 2, scoring: 2, nats: 3 };

/**
 * Throws where no number of pods keeps the aim, since a radiograph alone takes longer. `films` is what a
 * simulation sees: with the default a p99 stays where it is.
 */
export function planFor(aim: Aim, demands: Demands, { films = 6000 } = {}): Plan {
  const pods = firstGuess(aim.perSecond, demands);
  const seconds = Math.min(LONGEST_S, Math.max(SHORTEST_S, films / aim.perSecond));
  for (let step = 0; step < MOST_STEPS; step++) {
    const seen = simulate(pods, demands, { perSecond: aim.perSecond }, { seconds });
    if (seen.refused === 0 && seen.p99Ms <= aim.p99Ms) return { pods, seen };
    const [role, share] = busiest(seen.busy);
    // Nobody waits for anybody any more.
    if (share < 0.2) break;
    pods[role] += Math.max(1, Math.round(pods[role] * 0.05));
  }
  throw new Error(
    `no number of pods keeps a p99 of ${aim.p99Ms} ms: a radiograph alone takes longer; give it more time`,
  );
}

const busiest = (busy: Seen['busy']): [keyof Pods, number] =>
  (Object.entries(busy) as [keyof Pods, number][]).reduce((most, each) => (each[1] > most[1] ? each : most));

/** Pods whose busiest thread has this little left. */
function firstGuess(perSecond: number, demands: Demands): Pods {
  const { gateway, orchestrator, bodyPart, extraction, scoring, nats } = demands;
  const threadMs: Pods = {
    gateway: gateway.upload + JOINTS * gateway.joint,
    orchestrator: Math.max(orchestrator.before + JOINTS * orchestrator.joint, orchestrator.decode / 2),
    bodyPart: Math.max(bodyPart.sidecar, bodyPart.model),
    extraction: Math.max(
      extraction.sidecar + JOINTS * extraction.sidecarJoint,
      extraction.localise + JOINTS * extraction.refine,
    ),
    scoring: JOINTS * Math.max(scoring.sidecar, scoring.model),
    nats: (2 * (nats.film + JOINTS * nats.crop)) / NATS_CORES,
  };
  const enough = (role: keyof Pods) =>
    Math.max(FEWEST[role], Math.ceil((perSecond * threadMs[role]) / 1000 / BUSIEST));
  return Object.fromEntries(
    (Object.keys(threadMs) as (keyof Pods)[]).map((role) => [role, enough(role)]),
  ) as Pods;
}
