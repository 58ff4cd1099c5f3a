/**
 * A collector that reads what it is sent and throws it away: in a process of its own, since a real one shares no event
 * loop with who asks for radiographs. Started by `tracing-cost.ts`; `silent` as its argument: it never answers.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const isSilent = process.argv[2] === 'silent';
let exports = 0;
let bytes = 0;

const server = createServer((request, response) => {
  exports++;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
  });
  request.on('end', () => isSilent || response.writeHead(200).end());
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send!({ exports, bytes }));
process.on('disconnect', () => process.exit(0));
