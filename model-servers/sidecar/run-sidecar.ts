/** What the three sidecars' apps have in common: a bus, a model client, a step, and their end in order. */
import { type Bus, connectBus } from '#platform/bus/bus.ts';
import type { Step } from '#platform/bus/subjects.ts';
import type { App, Surroundings } from '#platform/process/run.ts';
import type { ValuesOf } from '#platform/process/settings.ts';
import type { Refusal_Reason } from '#proto/deepxray/bus/v1/bus.ts';
import { createModelClient, type ModelClient, type ModelDescription } from './model-client.ts';
import type { sidecarSettings } from './settings.ts';
import { serveStep, type Work } from './step.ts';

const DESCRIBE_WITHIN_MS = 1000;
const LOOK_AGAIN_MS = 200;

export type SidecarValues = ValuesOf<ReturnType<typeof sidecarSettings>>;

/** Of the latest version where none is named, and where the named one is not there: the model server says so itself. */
export type Describe = (model: string, version: string) => ModelDescription;

export type Sidecar = {
  step: Step;
  models: readonly string[];
  encodeRefusal(refusal: { reason: Refusal_Reason; instance: string }): Uint8Array;
  /** Called once the models have said what they are. */
  createHandler(parts: { bus: Bus; client: ModelClient; describe: Describe }): (work: Work) => Promise<void>;
};

/** Starts at once even if the model server is still loading: it takes no work until that is ready. */
export async function startSidecar(
  { step, models, encodeRefusal, createHandler }: Sidecar,
  { natsUrl, modelServer, capacity }: SidecarValues,
  { instance, log, identity }: Surroundings,
): Promise<App> {
  const client = createModelClient(modelServer, {
    identity,
    onAway: (err) => log.warn({ err }, 'the model server is away'),
  });
  const bus = await connectBus({
    url: natsUrl,
    name: instance,
    role: step,
    identity,
    onStatus: (status) => log.warn({ status }, 'nats-server'),
  });
  const descriptions = await describeAll(client, models);
  const served = [...descriptions].flatMap(([name, versions]) =>
    versions.map(({ version }) => ({ name, version })),
  );
  const describe: Describe = (model, wanted) => {
    const versions = descriptions.get(model)!;
    return versions.find(({ version }) => version === wanted) ?? versions.at(-1)!;
  };
  const service = await serveStep({
    step,
    instance,
    capacity,
    bus,
    log,
    models: served,
    isModelReady: () => client.isReady(),
    isModelAway: () => client.isAway(),
    encodeRefusal,
    handle: createHandler({ bus, client, describe }),
  });
  return {
    isHealthy: () => service.isReady(),
    async stop() {
      await service.stop();
      await bus.close();
      client.close();
    },
  };
}

async function describeAll(
  client: ModelClient,
  models: readonly string[],
): Promise<Map<string, ModelDescription[]>> {
  const descriptions = new Map<string, ModelDescription[]>();
  while (!(await client.isReady())) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  for (const model of models) {
    descriptions.set(model, await client.describe(model, { deadline: Date.now() + DESCRIBE_WITHIN_MS }));
  }
  return descriptions;
}

/** A threshold or other number from a model's config. */
function numberParameter({ parameters }: ModelDescription, name: string, fallback: number): number {
  const value = Number(parameters[name]);
  return parameters[name] !== undefined && Number.isFinite(value) ? value : fallback;
}

/** What a step goes by of a network that looks at squares. */
export type Net = {
  /** Pixels of its input. */
  side: number;
  /** The least that counts, of whatever the network is asked for. */
  threshold: number;
};

/** As each version's own config has it; `threshold` where that names none. */
export const netsOf =
  (describe: Describe, threshold: number) =>
  (model: string, version: string): Net => {
    const description = describe(model, version);
    return { side: description.width, threshold: numberParameter(description, 'threshold', threshold) };
  };
