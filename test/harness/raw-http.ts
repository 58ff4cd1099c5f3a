/** HTTP as badly behaved clients speak it: by hand, in pieces, broken off. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waitUntil } from './wait-until.ts';

export const BOUNDARY = 'boundary-of-the-test';
export const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

/** The head of a part that is a file. */
export const fileHead = (field: string, filename: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"; filename="${filename}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
export const FORM_END = `\r\n--${BOUNDARY}--\r\n`;

/** The least that is taken for a PNG here, padded. */
export const png = (bytes = 1024): Buffer =>
  Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(bytes - 8)]);

export const formOf = (file: Uint8Array, field = 'xray', filename = 'film.png'): Buffer =>
  Buffer.concat([Buffer.from(fileHead(field, filename)), file, Buffer.from(FORM_END)]);

export type RawConnection = {
  socket: Socket;
  send(data: string | Uint8Array): void;
  /** All that came so far. */
  received(): string;
  /** Once this is among what came. */
  until(pattern: RegExp, within?: number): Promise<string>;
  /** The connection is closed by the other side, by whatever means. */
  closed: Promise<unknown>;
};

export async function connectRaw(port: number, localAddress = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  let text = '';
  socket.setEncoding('utf8').on('data', (data) => {
    text += data;
  });
  socket.on('error', () => undefined);
  socket.on('end', () => socket.end());
  await once(socket, 'connect');
  return {
    socket,
    send: (data) => void socket.write(data),
    received: () => text,
    until: (pattern, within = 5000) =>
      waitUntil(`the answer has ${pattern}`, () => (pattern.test(text) ? text : undefined), {
        within,
        explain: () => text,
      }),
    closed: new Promise((resolve) => socket.once('close', resolve)),
  };
}

export const postHead = (headers: Record<string, string>): string =>
  [
    'POST /score HTTP/1.1',
    'host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');
