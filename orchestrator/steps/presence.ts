/** Which steps have a pod and which models those serve, from what pods say each second and from a knock that nobody may answer. */
import { type Bus, NoResponders } from '#platform/bus/bus.ts';
import type { Envelope } from '#platform/bus/envelope.ts';
import { STEPS, type Step, SUBJECT } from '#platform/bus/subjects.ts';
import { DeepXRayError } from '#platform/errors/code.ts';
import { inSpan } from '#platform/telemetry/tracing.ts';
import { Presence } from '#proto/deepxray/bus/v1/bus.ts';
import type { Model } from '#proto/deepxray/v1/scoring.ts';

const PRESENT_FOR_MS = 3000;
/** Longer than a bus that restarts is away: who speaks again first would else speak for all. */
const SERVED_FOR_MS = 10_000;
const KNOCK_WITHIN_MS = 100;
const RETRY_AFTER_S = 1;

export type StepPresence = {
  /** Steps that no pod has spoken for within the last 3 s. */
  absent(): Step[];
  /** Throws `step-unavailable` if a step has nobody listening now; says nothing of how busy they are. */
  requireAll(envelope: Envelope, steps: readonly Step[]): Promise<void>;
  /** Throws `unknown-model` where pods have said what they serve of a model, and the version is not among it. */
  requireServed(versions: Record<string, string>): void;
};

export function watchPresence(bus: Bus, now: () => number = Date.now): StepPresence {
  const lastSeen = new Map<string, number>();
  const served = new Map<string, { models: Model[]; at: number }>();
  const listeningSince = now();
  const servedNow = (name: string): Set<string> => {
    for (const [instance, { at }] of served) if (now() - at > SERVED_FOR_MS) served.delete(instance);
    const models = [...served.values()].flatMap(({ models }) => models);
    return new Set(models.filter((model) => model.name === name).map(({ version }) => version));
  };
  bus.listen(SUBJECT.presence, (payload) => {
    try {
      const { step, instance, models } = Presence.decode(payload);
      lastSeen.set(step, now());
      served.set(instance, { models, at: now() });
    } catch {
      // Not a message of ours: presence is judged by those that are.
    }
  });
  return {
    absent: () => STEPS.filter((step) => now() - (lastSeen.get(step) ?? 0) > PRESENT_FOR_MS),

    requireAll(envelope, steps) {
      return inSpan('knock at steps', {}, async () => {
        const empty = await Promise.all(steps.map((step) => isEmpty(bus, step, envelope)));
        const away = steps.filter((_, index) => empty[index]);
        if (away.length > 0) throw stepAway(away);
      });
    },

    requireServed(versions) {
      // Until then not every pod has spoken.
      if (now() - listeningSince < PRESENT_FOR_MS) return;
      for (const [name, version] of Object.entries(versions)) {
        const there = servedNow(name);
        if (there.size === 0 || there.has(version)) continue;
        throw new DeepXRayError(
          'unknown-model',
          `No pod serves that version of ${name}. Served now: ${[...there].sort().join(', ')}.`,
        );
      }
    },
  };
}

/** Only "no responders" counts: a slow answer may be a busy machine. */
async function isEmpty(bus: Bus, step: Step, envelope: Envelope): Promise<boolean> {
  try {
    await bus.request(SUBJECT.knock(step), new Uint8Array(), envelope, KNOCK_WITHIN_MS, {
      untraced: true,
    });
    return false;
  } catch (error) {
    return error instanceof NoResponders;
  }
}

export const stepAway = (steps: readonly Step[]): DeepXRayError =>
  new DeepXRayError('step-unavailable', `No pod is there for: ${steps.join(', ')}. Try again shortly.`, {
    retryAfterS: RETRY_AFTER_S,
    metadata: { steps: steps.join(',') },
  });
