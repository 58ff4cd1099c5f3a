/** One film to the gateway and its answer, tried again where the gateway says that this makes sense. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { showing } from '#platform/access/credential.ts';
import type { Answer, Outcome, Problem } from './answer.ts';
import { isTransient, retryDelayMs, TRIES } from './retry-policy.ts';

/** Nobody answers at the address: no film can be scored, so the whole run ends. */
export class GatewayAway extends Error {
  override name = 'GatewayAway';
  constructor(url: string, cause: unknown) {
    super(`nothing answers at ${url}: start the system with "npm start", or name another with --url`, {
      cause,
    });
  }
}

export async function scoreFilm(
  path: string,
  {
    url,
    signal,
    token,
    models = [],
    onWait,
  }: {
    url: string;
    signal: AbortSignal;
    token?: string | undefined;
    /** `model:version`, where one is to be kept to. */
    models?: readonly string[] | undefined;
    onWait?: (seconds: number, why: string) => void;
  },
): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    const attempt = await send(path, { url, signal, token, models });
    if ('away' in attempt) {
      if (tries >= TRIES) throw new GatewayAway(url, attempt.away);
    } else if (!isTransient(attempt.outcome) || tries >= TRIES) {
      return attempt.outcome;
    }
    const waitMs = retryDelayMs(tries, 'away' in attempt ? undefined : attempt.retryAfterS);
    const why = 'away' in attempt ? 'nothing answers' : `answered ${attempt.outcome.status}`;
    onWait?.(waitMs / 1000, why);
    await delay(waitMs, undefined, { signal });
  }
}

type Attempt = { outcome: Outcome; retryAfterS?: number } | { away: unknown };

async function send(
  path: string,
  {
    url,
    signal,
    token,
    models,
  }: { url: string; signal: AbortSignal; token: string | undefined; models: readonly string[] },
): Promise<Attempt> {
  const body = new FormData();
  // The name stays here: it may name a patient, and the gateway has no use for it.
  body.append('xray', await openAsBlob(path), `film${extensionOf(path)}`);
  let response: Response;
  let text: string;
  try {
    const query = models.length > 0 ? `?modelVersions=${encodeURIComponent(models.join(','))}` : '';
    response = await fetch(`${url}/score${query}`, { method: 'POST', body, signal, headers: showing(token) });
    text = await response.text();
  } catch (thrown) {
    signal.throwIfAborted();
    return { away: thrown };
  }
  const retryAfter = Number(response.headers.get('retry-after'));
  return {
    outcome: outcomeOf(response, text),
    ...(retryAfter > 0 ? { retryAfterS: retryAfter } : {}),
  };
}

function outcomeOf(response: Response, text: string): Outcome {
  const { status } = response;
  const type = response.headers.get('content-type') ?? '';
  try {
    if (status === 200) return { kind: 'scored', status, answer: JSON.parse(text) as Answer };
    if (type.includes('json')) return { kind: 'refused', status, problem: JSON.parse(text) as Problem };
  } catch {
    // Said below: an answer that is cut short is none.
  }
  // A proxy's own page, for instance.
  return { kind: 'refused', status, problem: { type: 'about:blank', title: `HTTP ${status}`, status } };
}

function extensionOf(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}
