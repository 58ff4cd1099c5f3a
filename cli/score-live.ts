/** One film to the gateway, its joints as they come (server-sent events). */
import { openAsBlob } from 'node:fs';
import { showing } from '#platform/access/credential.ts';
import type { Problem } from './answer.ts';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

/** The gateway refused, before or in the middle of the stream. */
export class Refused extends Error {
  override name = 'Refused';
  readonly problem: Problem;
  constructor(problem: Problem) {
    const trace = problem.traceId === undefined ? '' : ` (trace ${problem.traceId})`;
    super(`${problem.status} ${problem.title}: ${problem.detail ?? ''}${trace}`);
    this.problem = problem;
  }
}

export async function* scoreLive(
  film: string,
  {
    url,
    signal,
    waitSeconds,
    token,
  }: { url: string; signal: AbortSignal; waitSeconds: number; token?: string | undefined },
): AsyncGenerator<ServerSentEvent> {
  const body = new FormData();
  body.append('xray', await openAsBlob(film), 'film.png');
  const response = await fetch(`${url}/score`, {
    method: 'POST',
    body,
    headers: { accept: 'text/event-stream', prefer: `wait=${waitSeconds}`, ...showing(token) },
    signal,
  });
  if (!response.ok) throw new Refused((await response.json()) as Problem);
  for await (const event of serverSentEvents(response.body!)) {
    if (event.event === 'problem') throw new Refused(event.data as Problem);
    yield event;
  }
}
