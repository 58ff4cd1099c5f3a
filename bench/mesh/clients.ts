/** Clients of the mesh that measure: one radiograph by JSON, the time to its first joint by server-sent events. */

const form = (file: Uint8Array): FormData => {
  const body = new FormData();
  body.append('xray', new Blob([new Uint8Array(file)], { type: 'image/png' }), 'film.png');
  return body;
};

/** A status other than 200. */
export class NotScored extends Error {
  readonly status: number;
  constructor(status: number, answer: string) {
    super(`${status} ${answer.slice(0, 300)}`);
    this.status = status;
  }
}

/** Milliseconds until the whole answer is there. Throws NotScored. */
export async function scoreJson(
  url: string,
  file: Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`${url}/score`, { method: 'POST', body: form(file), headers });
  const answer = await response.text();
  if (response.status !== 200) throw new NotScored(response.status, answer);
  return performance.now() - begun;
}

/** Milliseconds until the first `joint` event. */
export async function firstJointEvent(url: string, file: Uint8Array): Promise<number> {
  const begun = performance.now();
  const headers = { accept: 'text/event-stream' };
  const response = await fetch(`${url}/score`, { method: 'POST', body: form(file), headers });
  let first: number | undefined;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    if (first === undefined && text.includes('event: joint')) first = performance.now() - begun;
  }
  if (first === undefined) throw new Error(`no joint came: ${response.status}`);
  return first;
}

/** Hangs up as soon as the first event tells that the film shows a left hand. */
export async function hangUpAtFirstEvent(url: string, file: Uint8Array): Promise<void> {
  const gone = new AbortController();
  const headers = { accept: 'text/event-stream' };
  const asked = { method: 'POST', body: form(file), headers, signal: gone.signal };
  const response = await fetch(`${url}/score`, asked);
  if (response.status !== 200) throw new NotScored(response.status, await response.text());
  const { value } = await response.body!.getReader().read();
  gone.abort();
  if (!new TextDecoder().decode(value).includes('event: body-part'))
    throw new Error('another event came first');
}

/** Radiographs a second with so many clients, each asking again as soon as it is answered. */
export const throughput = (url: string, file: Uint8Array, clients: number, seconds: number) =>
  rate(() => scoreJson(url, file), clients, seconds);

const REFUSALS = [429, 503];

/** How often `work`, which resolves with the milliseconds that it took, can be done in so many lanes; throws what is no refusal. */
export async function rate(work: () => Promise<number>, lanes: number, seconds: number) {
  const until = performance.now() + seconds * 1000;
  const latencies: number[] = [];
  let refused = 0;
  const lane = async () => {
    while (performance.now() < until) {
      try {
        latencies.push(await work());
      } catch (thrown) {
        if (!(thrown instanceof NotScored && REFUSALS.includes(thrown.status))) throw thrown;
        refused++;
      }
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return { perSecond: latencies.length / ((performance.now() - begun) / 1000), latencies, refused };
}
