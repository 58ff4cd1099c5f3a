/** The body of an export: exporters send it in chunks, without a length, and may compress it. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

const MAX_BYTES = 64 * 1024 * 1024;

/** Throws where it is larger than any export. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error('larger than any export');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip'
    ? gunzipSync(body, { maxOutputLength: MAX_BYTES })
    : body;
}
