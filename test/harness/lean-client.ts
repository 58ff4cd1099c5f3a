/**
 * A film over REST at little cost to the client: a load shares its cores with the mesh that it measures, and a form and
 * `fetch` each time take three times as long for a megabyte as a body made once.
 */
import { request } from 'node:http';
import type { Mesh } from './mesh.ts';
import { formOf, type JsonReply } from './score.ts';

type Upload = { body: Buffer; type: string };

const uploads = new WeakMap<Uint8Array, Promise<Upload>>();

/** Made once a film, as a browser would make it. */
function uploadOf(film: Uint8Array): Promise<Upload> {
  let upload = uploads.get(film);
  if (!upload) {
    upload = encode(film);
    uploads.set(film, upload);
  }
  return upload;
}

async function encode(film: Uint8Array): Promise<Upload> {
  const encoded = new Response(formOf(film));
  return { body: Buffer.from(await encoded.arrayBuffer()), type: encoded.headers.get('content-type')! };
}

/** Over a connection of its own. Rejects with Node's error, which has a `code`, where that breaks or the signal aborts. */
export async function scoreLean(
  mesh: Pick<Mesh, 'url'>,
  film: Uint8Array,
  { headers, signal }: { headers: Record<string, string>; signal: AbortSignal },
): Promise<JsonReply> {
  const { body, type } = await uploadOf(film);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const all = { ...headers, 'content-type': type, 'content-length': body.length };
    const call = request(`${mesh.url}/score`, { method: 'POST', agent: false, headers: all, signal });
    call.on('error', reject);
    call.on('response', async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({
          status: response.statusCode!,
          headers: new Headers(
            Object.entries(response.headersDistinct).map(([name, values]) => [name, values!.join()]),
          ),
          body: JSON.parse(text),
          tookMs: performance.now() - began,
        });
      } catch (thrown) {
        reject(thrown);
      }
    });
    call.end(body);
  });
}
