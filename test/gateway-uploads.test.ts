/** Uploads that are none, or not the right one: the right error each, and the next request is served. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './harness/gateway.ts';
import { BOUNDARY, connectRaw, FORM, fileHead, formOf, png, postHead } from './harness/raw-http.ts';
import { scoreJson } from './harness/score.ts';
import { type StandIn, startStandIn, wellBehaved } from './harness/stand-in-orchestrator.ts';

const MAX_BYTES = 1024 * 1024;

let orchestrator: StandIn;
let gateway: Gateway;
beforeAll(async () => {
  orchestrator = await startStandIn(wellBehaved);
  gateway = await startGateway(orchestrator.address, { DEEPXRAY_MAX_UPLOAD_BYTES: String(MAX_BYTES) });
});
afterAll(async () => {
  await gateway?.stop();
  orchestrator?.stop();
});
afterEach(async () => {
  // Whatever was sent: nothing is left in hand, and the next client is served.
  expect((await scoreJson(gateway, png())).status).toBe(200);
  expect(await gateway.metric('deepxray_scorings_in_flight')).toBe(0);
});

async function post(body: Uint8Array | string, headers: Record<string, string> = { 'content-type': FORM }) {
  const response = await fetch(`${gateway.url}/score`, { method: 'POST', body: body as string, headers });
  const problem = (await response.json()) as { type: string; status: number; detail: string };
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  return { status: response.status, type: problem.type.replace('/problems/', ''), detail: problem.detail };
}

const text = (file: string) => formOf(Buffer.from(file));
const part = (field: string, filename: string, file: Uint8Array | string) =>
  Buffer.concat([Buffer.from(fileHead(field, filename)), Buffer.from(file), Buffer.from('\r\n')]);
const form = (...parts: Uint8Array[]) => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
const field = (name: string, value: string) =>
  Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(200)]);

describe('forms', () => {
  test.each<[string, Uint8Array, number, string]>([
    ['no parts', form(), 400, 'no-file'],
    ['another field', form(part('image', 'a.png', png())), 400, 'unknown-field'],
    [
      'a text field beside the file',
      form(part('xray', 'a.png', png()), field('note', 'x')),
      400,
      'unknown-field',
    ],
    [
      'a text field before the file',
      form(field('note', 'x'), part('xray', 'a.png', png())),
      400,
      'unknown-field',
    ],
    ['a field with a name of JavaScript', form(field('constructor', 'x')), 400, 'unknown-field'],
    ['a file with a name of JavaScript', form(part('__proto__', 'a.png', png())), 400, 'unknown-field'],
    ['text in the right field', form(field('xray', 'hand.png')), 400, 'no-file'],
    ['two files', form(part('xray', 'a.png', png()), part('xray', 'b.png', png())), 400, 'too-many-files'],
    ['no file chosen in a browser', form(part('xray', '', '')), 400, 'no-file'],
    ['an empty file', form(part('xray', 'a.png', '')), 422, 'unreadable-image'],
    [
      'a form that ends in its file',
      Buffer.concat([Buffer.from(fileHead('xray', 'a')), png()]),
      400,
      'upload-interrupted',
    ],
    [
      'a form that ends in a part head',
      Buffer.from(fileHead('xray', 'a').slice(0, 60)),
      400,
      'upload-interrupted',
    ],
    ['no form at all behind its header', png(), 400, 'upload-interrupted'],
    ['a DICOM file', formOf(dicom), 415, 'dicom'],
    ['a PDF', text('%PDF-1.7\n%âãÏÓ'), 415, 'unsupported-format'],
    ['an SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'unsupported-format'],
    ['a GIF', text('GIF89a……'), 415, 'unsupported-format'],
    ['a ZIP', text('PK\x03\x04……'), 415, 'unsupported-format'],
    ['one byte', text('x'), 415, 'unsupported-format'],
    ['zeros', formOf(Buffer.alloc(5000)), 415, 'unsupported-format'],
    ['a file one byte too large', formOf(png(MAX_BYTES + 1)), 413, 'too-large'],
  ])('%s', async (_, body, status, type) => {
    expect(await post(body)).toMatchObject({ status, type });
  });

  test('a file of just the size that is allowed is scored', async () => {
    expect((await scoreJson(gateway, png(MAX_BYTES))).status).toBe(200);
  });

  test('a DICOM file is told how to export it', async () => {
    expect((await post(formOf(dicom))).detail).toMatch(/export/i);
  });

  test('pieces of one byte make a file, too', async () => {
    const body = formOf(png(300));
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'content-length': String(body.length) }));
    for (const byte of body) {
      connection.send(Uint8Array.of(byte));
      await delay(0);
    }
    expect(await connection.until(/\r\n\r\n.*\}/s)).toMatch(/^HTTP\/1.1 200/);
    connection.socket.destroy();
  });
});

describe('headers', () => {
  test.each<[string, Record<string, string>, number, string]>([
    ['JSON', { 'content-type': 'application/json' }, 415, 'unsupported-format'],
    ['a bare image', { 'content-type': 'image/png' }, 415, 'unsupported-format'],
    ['a content type that is none', { 'content-type': ';;;' }, 415, 'unsupported-format'],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 400, 'bad-request'],
    ['a packed form', { 'content-type': FORM, 'content-encoding': 'gzip' }, 415, 'unsupported-format'],
    ['nonsense in Prefer', { 'content-type': FORM, prefer: 'wait=soon' }, 400, 'bad-prefer'],
    ['too long a wait', { 'content-type': FORM, prefer: 'wait=61' }, 400, 'bad-prefer'],
  ])('%s', async (_, headers, status, type) => {
    expect(await post(formOf(png()), headers)).toMatchObject({ status, type });
  });

  test('no body at all', async () => {
    expect(await post('', {})).toMatchObject({ status: 400, type: 'no-file' });
  });

  test('a length beyond the limit is refused before the file is sent', async () => {
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'content-length': '5000000000' }));
    expect(await connection.until(/too-large/)).toMatch(/^HTTP\/1.1 413/);
    connection.socket.destroy();
  });

  test.each(['-1', '1e3', 'many', '12, 13'])('a length of %s is no HTTP', async (length) => {
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'content-length': length }));
    const answer = await connection.until(/bad-request/);
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/x-request-id: [0-9a-f]{32}/);
    await connection.closed;
  });

  test('no host is no HTTP/1.1', async () => {
    const connection = await connectRaw(gateway.port);
    connection.send('GET /livez HTTP/1.1\r\n\r\n');
    expect(await connection.until(/\/problems\/bad-request/)).toMatch(/^HTTP\/1.1 400/);
    connection.socket.destroy();
  });

  test('a request that is no HTTP is told so', async () => {
    const connection = await connectRaw(gateway.port);
    connection.send('\x16\x03\x01 is how TLS begins\r\n\r\n');
    expect(await connection.until(/bad-request/)).toMatch(/^HTTP\/1.1 400/);
    await connection.closed;
  });
});

describe('clients', () => {
  test('one that stops sending midway is told that its upload broke off', async () => {
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'content-length': '100000' }));
    connection.send(formOf(png(5000)).subarray(0, 3000));
    // It still listens.
    connection.socket.end();
    const answer = await connection.until(/upload-interrupted/);
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    await connection.closed;
  });

  test('chunks that are none end the request', async () => {
    const connection = await connectRaw(gateway.port);
    connection.send(postHead({ 'content-type': FORM, 'transfer-encoding': 'chunked' }));
    connection.send(`5\r\nabcde\r\nzz\r\n`);
    expect(await connection.until(/bad-request/)).toMatch(/^HTTP\/1.1 400/);
    await connection.closed;
  });

  test('one that sends all of a large file before it listens still gets the refusal', async () => {
    const body = formOf(png(20 * 1024 * 1024));
    const connection = await connectRaw(gateway.port);
    connection.socket.pause();
    connection.send(postHead({ 'content-type': FORM, 'transfer-encoding': 'chunked' }));
    connection.send(`${body.length.toString(16)}\r\n`);
    connection.send(body);
    connection.send('\r\n0\r\n\r\n');
    await Promise.race([
      new Promise((resolve) => connection.socket.once('drain', resolve)),
      connection.closed,
      delay(4000),
    ]);
    connection.socket.resume();
    expect(await connection.until(/too-large/)).toMatch(/^HTTP\/1.1 413/);
    connection.socket.destroy();
  });

  test('two requests on one connection, the first refused, are both answered', async () => {
    const refused = formOf(Buffer.from('not an image'));
    const taken = formOf(png());
    const connection = await connectRaw(gateway.port);
    for (const body of [refused, taken]) {
      connection.send(postHead({ 'content-type': FORM, 'content-length': String(body.length) }));
      connection.send(body);
    }
    const answers = await connection.until(/HTTP\/1.1 415.*HTTP\/1.1 200.*\}/s);
    expect(answers.match(/HTTP\/1.1/g)).toHaveLength(2);
    connection.socket.destroy();
  });

  test('one that waits to be asked for the file is asked, or refused without being asked', async () => {
    const body = formOf(png());
    const expecting = { 'content-type': FORM, expect: '100-continue' };
    const welcome = await connectRaw(gateway.port);
    welcome.send(postHead({ ...expecting, 'content-length': String(body.length) }));
    await welcome.until(/^HTTP\/1.1 100 Continue\r\n\r\n$/);
    welcome.send(body);
    await welcome.until(/HTTP\/1.1 200/);
    welcome.socket.destroy();

    const unwelcome = await connectRaw(gateway.port);
    unwelcome.send(postHead({ ...expecting, 'content-length': '5000000000' }));
    expect(await unwelcome.until(/too-large/)).toMatch(/^HTTP\/1.1 413/);
    unwelcome.socket.destroy();
  });
});

test('nothing of what clients sent is logged', async () => {
  await post(form(part('xray', 'miller-1948-03-07.png', 'GIF89a')), {
    'content-type': FORM,
    'user-agent': 'miller/1.0',
    prefer: 'wait=7',
  });
  expect(gateway.output()).toContain('unsupported-format');
  expect(gateway.output()).not.toMatch(/miller/);
});
