/** Clients of the mesh that measure: one radiograph by JSON, the time to its first joint by server-sent events. */

const form = (file: Uint8Array): FormData => {
  const body = new FormData();
  body.append('xray', new Blob([new Uint8Array(file)], { type: 'image/png' }), 'film.png');
  return body;
};

/** Milliseconds until the whole answer is there. Throws if it is not 200. */
export async function scoreJson(
  url: string,
  file: Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`${url}/score`, { method: 'POST', body: form(file), headers });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${answer.slice(0, 300)}`);
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

/** Radiographs a second with so many clients, each asking again as soon as it is answered. */
export const throughput = (url: string, file: Uint8Array, clients: number, seconds: number) =>
  rate(() => scoreJson(url, file), clients, seconds);

/** How often `work`, which resolves with the milliseconds that it took, can be done in so many lanes. */
export async function rate(work: () => Promise<number>, lanes: number, seconds: number) {
  const until = performance.now() + seconds * 1000;
  const latencies: number[] = [];
  let refused = 0;
  const lane = async () => {
    while (performance.now() < until) {
      try {
        latencies.push(await work());
      } catch {
        refused++;
      }
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return { perSecond: latencies.length / ((performance.now() - begun) / 1000), latencies, refused };
}
