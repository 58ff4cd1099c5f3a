/** The mesh, simulated: containers, queue groups, and the walk of one radiograph through them. */
import { type Demands, JOINTS } from '../demands.ts';
import { all, allOf, type Clock, ended, type Process, start } from './clock.ts';
import { type Container, createContainer } from './container.ts';
import type { Cores } from './cores.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { createQueueGroup } from './queue-group.ts';
import type { Random } from './random.ts';

export type Pods = {
  gateway: number;
  orchestrator: number;
  bodyPart: number;
  extraction: number;
  scoring: number;
  nats: number;
};

/** What the settings and manifests of the base say. */
const CAPACITY = { film: 32, bodyPart: 8, extraction: 16, scoring: 4 };
const REFINING_AT_ONCE = 5;
/** Crops of an extraction pod that ask again at a time, as platform/bus/ask-step.ts has it. */
const ASKING_AGAIN = 3;
/** Of one server; the manifest's limit is for a site of some radiographs a second. */
export const NATS_CORES = 4;
/** Service times vary: by this coefficient of variation, a guess. */
const VARIATION = 0.3;

export type MeshModel = {
  /** The walk of one radiograph; `onEnd` hears whether it was scored or refused. */
  score(onEnd: (outcome: 'scored' | 'refused') => void): Process;
  /** Milliseconds for which the busiest kind of thread of each role was at it, a thread. */
  busyMs(): Record<keyof Pods, number>;
  /** Times that a scoring pod was full. */
  readonly refusals: number;
};

type ModelPod = { sidecar: Container; model: Container };
type ExtractionPod = ModelPod & { line: Lanes };

export function createMesh(
  pods: Pods,
  demands: Demands,
  { clock, random, coresOf }: { clock: Clock; random: Random; coresOf: (cores: number) => Cores },
): MeshModel {
  const times = <T>(count: number, create: () => T): T[] => Array.from({ length: count }, create);
  const gateways = times(pods.gateway, () => createContainer(coresOf(1)));
  const orchestrators = times(pods.orchestrator, () => createContainer(coresOf(2), { beside: 2 }));
  const modelPods = (count: number) =>
    times(
      count,
      (): ModelPod => ({ sidecar: createContainer(coresOf(1)), model: createContainer(coresOf(1)) }),
    );
  const bodyPart = modelPods(pods.bodyPart);
  const scoring = modelPods(pods.scoring);
  const extraction = modelPods(pods.extraction).map(
    (pod): ExtractionPod => ({ ...pod, line: createLanes(ASKING_AGAIN) }),
  );
  // Go spreads its connections over all cores that it is given.
  const servers = times(pods.nats, () => createContainer(coresOf(NATS_CORES), { threads: NATS_CORES }));
  const surroundings = { clock, random };
  const groups = {
    bodyPart: createQueueGroup(bodyPart, CAPACITY.bodyPart, surroundings),
    extraction: createQueueGroup(extraction, CAPACITY.extraction, surroundings),
    scoring: createQueueGroup(scoring, CAPACITY.scoring, surroundings),
  };
  const inFlight = { gateway: gateways.map(() => 0), orchestrator: orchestrators.map(() => 0) };
  const vary = (ms: number) => random.spread(ms, VARIATION);
  /** Who sends and who takes a message are on servers of their own, on the same one once in so many times. */
  const bus = function* (ms: number): Process {
    const [near, far] = [random.below(servers.length), random.below(servers.length)];
    yield servers[near]!.work(vary(ms));
    if (far !== near) yield servers[far]!.work(vary(ms));
  };
  let films = 0;

  /** Until a scorer has it; `onScored` comes later. */
  function* sendCrop(
    line: Lanes,
    orchestrator: Container,
    gateway: Container,
    onScored: () => void,
  ): Process {
    yield* bus(demands.nats.crop);
    const { pod, release } = yield* groups.scoring.ask(line);
    const score = function* (): Process {
      yield pod.sidecar.work(vary(demands.scoring.sidecar));
      yield pod.model.work(vary(demands.scoring.model));
      release();
      yield orchestrator.work(vary(demands.orchestrator.joint));
      yield gateway.work(vary(demands.gateway.joint));
    };
    start(score(), onScored);
  }

  /** Until the last crop is in a scorer's hands. */
  function* extract({ sidecar, model }: ModelPod, send: () => Process): Process {
    const { extraction } = demands;
    yield sidecar.work(vary(extraction.sidecar));
    yield model.work(vary(extraction.localise));
    const turnstile = createLanes(REFINING_AT_ONCE);
    const joint = function* (): Process {
      yield turnstile.enter;
      yield sidecar.work(vary(extraction.sidecarJoint));
      yield model.work(vary(extraction.refine));
      turnstile.leave();
      yield* send();
    };
    yield all(times(JOINTS, () => ended(joint())));
  }

  function* walk(gateway: Container, orchestrator: Container): Process {
    yield gateway.work(vary(demands.gateway.upload));
    yield orchestrator.work(vary(demands.orchestrator.before));
    yield orchestrator.workBeside(vary(demands.orchestrator.decode));
    const seen = yield* groups.bodyPart.ask();
    yield seen.pod.sidecar.work(vary(demands.bodyPart.sidecar));
    yield seen.pod.model.work(vary(demands.bodyPart.model));
    seen.release();
    yield* bus(demands.nats.film);
    const { pod, release } = yield* groups.extraction.ask();
    yield allOf(JOINTS, (onScored) =>
      start(
        extract(pod, () => sendCrop(pod.line, orchestrator, gateway, onScored)),
        release,
      ),
    );
  }

  const mean = (list: readonly { busyMs: number }[]) =>
    list.reduce((sum, { busyMs }) => sum + busyMs, 0) / list.length;
  const busiest = (list: readonly ModelPod[]) =>
    Math.max(mean(list.map(({ sidecar }) => sidecar)), mean(list.map(({ model }) => model)));

  return {
    *score(onEnd) {
      // Both are balanced round robin, by the Service and by the gRPC client.
      const [at, next] = [films % gateways.length, films % orchestrators.length];
      films++;
      if (inFlight.gateway[at]! >= CAPACITY.film || inFlight.orchestrator[next]! >= CAPACITY.film)
        return onEnd('refused');
      inFlight.gateway[at]!++;
      inFlight.orchestrator[next]!++;
      yield* walk(gateways[at]!, orchestrators[next]!);
      inFlight.gateway[at]!--;
      inFlight.orchestrator[next]!--;
      onEnd('scored');
    },
    busyMs: () => ({
      gateway: mean(gateways),
      orchestrator: mean(orchestrators),
      bodyPart: busiest(bodyPart),
      extraction: busiest(extraction),
      scoring: busiest(scoring),
      nats: mean(servers),
    }),
    get refusals() {
      return groups.scoring.refusals;
    },
  };
}
