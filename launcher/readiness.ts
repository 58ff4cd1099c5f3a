/** Whether a radiograph would be scored now: the gateway's own word. */
import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 2000;

/** Undefined when it is ready; else what it says is missing. */
export async function whatIsMissing(gatewayUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const response = await fetch(`${gatewayUrl}/readyz`, { signal: either });
    const { detail } = (await response.json()) as { detail?: string };
    return response.ok ? undefined : (detail ?? `the gateway answers ${response.status}`);
  } catch {
    signal.throwIfAborted();
    return 'the gateway does not answer yet';
  }
}

/** Resolves when the mesh is ready; throws the signal's reason when that comes first. */
export async function untilReady(
  gatewayUrl: string,
  signal: AbortSignal,
  { tellEveryMs, tell }: { tellEveryMs: number; tell: (missing: string) => void },
): Promise<void> {
  let nextTell = performance.now() + tellEveryMs;
  for (;;) {
    const missing = await whatIsMissing(gatewayUrl, signal);
    if (missing === undefined) return;
    if (performance.now() >= nextTell) {
      tell(missing);
      nextTell += tellEveryMs;
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
