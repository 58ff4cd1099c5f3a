/**
 * What a whole run emits (spans, metrics by both ways, logs at their most talkative, the audit) holds nothing that was
 * planted in it.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatApiKeys, makeApiKey } from '../platform/access/api-key-file.ts';
import { adminPorts } from './harness/admin-ports.ts';
import { type Hand, syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { pngOf } from './harness/png-chunks.ts';
import { startTraceCollector, type TraceCollector } from './harness/trace-collector.ts';

const KEY = makeApiKey({ name: 'archive', scopes: ['score'] });

/** As they come with films: in file names, DICOM values, text chunks, headers, paths. Invented, all of them. */
const SECRETS = {
  fileName: 'Zwackelmann_Aloisia_19510304',
  patientName: 'ZWACKELMANN^ALOISIA',
  patientId: 'PID-7351-0815-4711',
  birthDate: 'geb-1951-03-04',
  /** One that holds: what opens the door stands nowhere, either. */
  apiKey: KEY.key,
  secretOfKey: KEY.key.split('_')[2]!,
  token: 'tok_9f8e7d6c5b4a_never_log_me',
  cookie: 'sess_31415926_never_log_me',
  query: 'patient-in-the-query',
  path: 'patient-in-the-path',
  field: 'patient-in-the-field',
};

let mesh: Mesh;
let collector: TraceCollector;
let hand: Hand;
let folder: string;
let emitted: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-logs-'));
  collector = await startTraceCollector();
  await writeFile(join(folder, 'keys'), formatApiKeys([KEY.record]));
  mesh = await startMesh({
    scoringPods: 1,
    logs: join(folder, 'logs'),
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      DEEPXRAY_LOG_LEVEL: 'trace',
      DEEPXRAY_API_KEYS: join(folder, 'keys'),
      DEEPXRAY_AUDIT: join(folder, 'audit'),
    },
  });
  hand = await syntheticHand(1);
  await sendAll();
  const pages = await Promise.all(
    adminPorts(mesh, 1).map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
  );
  await mesh.stop();
  emitted = Buffer.concat([
    ...collector.bodies.map(({ bytes }) => Buffer.from(bytes)),
    Buffer.from(pages.join('\n')),
    await readFile(join(folder, 'logs')),
    ...(await Promise.all(
      (await readdir(join(folder, 'audit'))).map((file) => readFile(join(folder, 'audit', file))),
    )),
  ]);
});
afterAll(async () => {
  await mesh?.stop();
  collector?.stop();
  await rm(folder, { recursive: true, force: true });
});

const statuses: number[] = [];

async function sendAll(): Promise<void> {
  const { patientName, patientId, birthDate, fileName } = SECRETS;
  const text = Buffer.from(`Comment\0${patientName} ${patientId} ${birthDate}`);
  const tagged = await sharp(hand.png)
    .withExif({ IFD0: { ImageDescription: patientName, Artist: patientId } })
    .jpeg()
    .toBuffer();
  const dicom = Buffer.concat([
    Buffer.alloc(128),
    Buffer.from(`DICM\x10\x00\x10\x00PN\x14\x00${patientName}`),
  ]);
  const foot = await syntheticHand(2, { subject: 'right-hand' });
  const films: Uint8Array[] = [
    hand.png,
    tagged,
    foot.png,
    dicom,
    // Cannot be read, in several ways.
    hand.png.subarray(0, hand.png.length / 2),
    Buffer.from(`GIF89a ${patientName}`),
    pngOf({ width: 3000, height: 3000, data: Buffer.from(patientName), extra: [['tEXt', text]] }),
  ];
  for (const film of films) statuses.push(await post('/score', form('xray', film, `${fileName}.png`)));
  statuses.push(await post(`/score?q=${SECRETS.query}`, form('xray', hand.png, `${fileName}.png`)));
  statuses.push(await post('/score', form(SECRETS.field, hand.png, `${fileName}.png`)));
  statuses.push(await post(`/score/${SECRETS.path}/${fileName}`, form('xray', hand.png, `${fileName}.png`)));
  statuses.push(await post('/score', form('xray', hand.png, `${fileName}.png`), { prefer: 'wait=0.08' }));
  const bad = { authorization: `Bearer ${SECRETS.token}` };
  statuses.push(await post('/score', form('xray', hand.png, `${fileName}.png`), bad));
}

const BOUNDARY = 'boundary-of-the-form';

const form = (field: string, film: Uint8Array, name: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    film,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

function post(path: string, body: Buffer, more: Record<string, string> = {}): Promise<number> {
  const headers = {
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': body.length,
    authorization: `Bearer ${KEY.key}`,
    cookie: `session=${SECRETS.cookie}`,
    'x-request-id': `${SECRETS.patientName} is no id`,
    referer: `http://pacs/${SECRETS.fileName}`,
    'user-agent': `viewer of ${SECRETS.patientId}`,
    prefer: 'wait=30',
    ...more,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${mesh.url}${path}`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('the run went every way: scored, rejected, unreadable, lost and late', () => {
  expect(statuses).toEqual([200, 200, 422, 415, 422, 415, 422, 400, 400, 404, 504, 401]);
  for (const trace of ['joint-scoring', 'joint-extraction', 'orchestrator', 'model-server']) {
    expect(collector.spans.some(({ service }) => service === trace)).toBe(true);
  }
  // All of them are in what is searched.
  for (const word of [
    'deepxray.scoring.first_joint',
    'deepxray_errors_total',
    '"msg":"scored"',
    'decode radiograph',
    '"subject":"archive"',
  ]) {
    expect(emitted.includes(word), word).toBe(true);
  }
});

test.each(Object.entries(SECRETS))('no %s is in it, in any encoding that it might come in', (_, secret) => {
  const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
  for (const form of [secret, secret.toLowerCase(), encodeURIComponent(secret), encoded]) {
    expect(emitted.includes(form), form).toBe(false);
  }
});

test('no pixels are in it: of the film, of the file, or of a crop', async () => {
  const pixels = await sharp(hand.png).raw().toBuffer();
  for (const bytes of [pixels, Buffer.from(hand.png)]) {
    for (let at = 1000; at + 16 < bytes.length; at += 4999) {
      const piece = bytes.subarray(at, at + 16);
      // A row of one grey is no picture, and may be anywhere.
      if (new Set(piece).size < 6) continue;
      expect(emitted.includes(piece), `bytes at ${at}`).toBe(false);
      expect(emitted.includes(piece.toString('base64').slice(0, 20)), `base64 at ${at}`).toBe(false);
    }
  }
  // Spans are small: one that held a crop would not be.
  const spans = collector.bodies.filter(({ path }) => path === '/v1/traces');
  const bytes = spans.reduce((sum, body) => sum + body.bytes.length, 0);
  expect(bytes / collector.spans.length).toBeLessThan(1500);
});

test('each log line is structured, and those of a request lead to it by trace and request id', async () => {
  const lines = (await readFile(join(folder, 'logs'), 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const line of lines)
    expect(line).toMatchObject({ level: expect.any(String), service: expect.any(String) });
  const scored = lines.filter(({ msg }) => msg === 'scored');
  expect(scored.length).toBeGreaterThan(5);
  for (const line of scored) {
    expect(line.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(line.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(collector.spans.some(({ traceId }) => traceId === line.traceId)).toBe(true);
  }
});
