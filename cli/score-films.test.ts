/** The command as a person runs it, against an HTTP server that answers as the gateway would. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import type { Answer, Problem } from './answer.ts';
import { parseCsv } from './csv.ts';
import { COLUMNS } from './rows.ts';

type Reply = { status: number; body: Answer | Problem; headers?: Record<string, string> };

const answer = (missing: Answer['missing'] = {}): Answer => {
  const scored = JOINT_NAMES.filter((joint) => !missing[joint]);
  return {
    requestId: 'r'.repeat(32),
    traceId: 't'.repeat(32),
    bodyPart: { kind: 'left-hand', probability: 0.99, turnedClockwiseDeg: 0 },
    scores: Object.fromEntries(scored.map((joint) => [joint, 1])),
    joints: Object.fromEntries(
      scored.map((joint, index) => [
        joint,
        {
          score: 1,
          probabilities: [0.2, 0.7, 0.1, 0, 0, 0],
          erosionPercent: 12.5,
          doubtful: index === 0,
          localisationConfidence: 0.97,
          box: { x: 10 * index, y: 20, width: 12, height: 12 },
          model: { name: 'joint-scoring', version: '1' },
        },
      ]),
    ),
    missing,
  };
};
const problem = (status: number, code: string): Problem => ({
  type: `/problems/${code}`,
  title: code,
  status,
  traceId: 'f'.repeat(32),
});

let folder: string;
let server: Server;
let asked = 0;
let replies: ((request: number) => Reply)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-cli-'));
  asked = 0;
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const reply = (replies.length > 1 ? replies.shift()! : replies[0]!)(asked++);
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function film(name: string): Promise<string> {
  const path = join(folder, name);
  await sharp({ create: { width: 120, height: 80, channels: 3, background: '#333' } }).toFile(path);
  return path;
}

function score(...words: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const main = join(import.meta.dirname, 'main.ts');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...words, '--url', url], (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test('every film of a folder gets ten rows, a line of the table and an overlay', async () => {
  await film('a.png');
  await film('b.jpg');
  await writeFile(join(folder, 'notes.txt'), 'no film');
  replies = [() => ({ status: 200, body: answer({ pip5: 'off-film' }) })];
  const csv = join(folder, 'scores.csv');

  const json = join(folder, 'scores.jsonl');
  const done = await score(folder, '--csv', csv, '--json', json, '--overlays', join(folder, 'overlays'));

  expect(done.exitCode).toBe(0);
  expect(done.stdout).toContain('pip5 off-film');
  const [header, ...rows] = parseCsv(await readFile(csv, 'utf8'));
  expect(header).toEqual([...COLUMNS]);
  expect(rows).toHaveLength(20);
  const lines = (await readFile(json, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).missing)).toEqual([{ pip5: 'off-film' }, { pip5: 'off-film' }]);
  const pip5 = rows.filter((row) => row[COLUMNS.indexOf('joint')] === 'pip5');
  expect(pip5.map((row) => row[COLUMNS.indexOf('missing')])).toEqual(['off-film', 'off-film']);
  expect((await stat(join(folder, 'overlays', folder, 'a.png.png'))).size).toBeGreaterThan(100);
});

test('a second run sends only what has no last word yet', async () => {
  const [good, refused, unlucky] = [
    await film('good.png'),
    await film('refused.png'),
    await film('unlucky.png'),
  ];
  const csv = join(folder, 'scores.csv');
  replies = [
    () => ({ status: 200, body: answer() }),
    () => ({ status: 422, body: problem(422, 'not-a-left-hand') }),
    () => ({ status: 500, body: problem(500, 'internal'), headers: { 'retry-after': '0' } }),
  ];
  const overlays = join(folder, 'overlays');
  const first = await score(good, refused, '--csv', csv, '--overlays', overlays, '--concurrency', '1');
  expect(first.exitCode).toBe(1);
  expect(first.stderr).toContain(`trace ${'f'.repeat(32)}`);
  // As a run that was killed in the middle of a film leaves it.
  await writeFile(csv, `${await readFile(csv, 'utf8')}${unlucky},200,,r,t,left-hand,0.9,0,mcp1,1`);

  asked = 0;
  replies = [() => ({ status: 200, body: answer() })];
  // The whole folder, with what the first run drew in it.
  const second = await score(folder, '--csv', csv, '--overlays', overlays);

  expect(second.exitCode).toBe(0);
  expect(asked).toBe(1);
  const rows = parseCsv(await readFile(csv, 'utf8')).slice(1);
  expect(rows.filter((row) => row[0] === unlucky)).toHaveLength(10);
  expect(rows.filter((row) => row[0] === refused)).toHaveLength(1);
});

test('a gateway that is full is asked again, no sooner than it says', async () => {
  const path = await film('a.png');
  const times: number[] = [];
  const note = (reply: Reply) => () => {
    times.push(performance.now());
    return reply;
  };
  replies = [
    note({ status: 503, body: problem(503, 'overloaded'), headers: { 'retry-after': '1' } }),
    note({ status: 200, body: answer() }),
  ];
  const done = await score(path);
  expect(done.exitCode).toBe(0);
  expect(times).toHaveLength(2);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1000);
});

test('another table is not overwritten', async () => {
  const path = await film('a.png');
  const csv = join(folder, 'mine.csv');
  await writeFile(csv, 'patient,age\n1,44\n');
  const done = await score(path, '--csv', csv);
  expect(done.exitCode).toBe(2);
  expect(await readFile(csv, 'utf8')).toBe('patient,age\n1,44\n');
});

test('a table of one version of a model is not gone on with by another', async () => {
  const path = await film('a.png');
  const csv = join(folder, 'scores.csv');
  replies = [() => ({ status: 200, body: answer() })];
  expect(await score(path, '--csv', csv, '--model', 'joint-scoring:1')).toMatchObject({ exitCode: 0 });
  expect(await score(path, '--csv', csv, '--model', 'joint-scoring:1')).toMatchObject({ exitCode: 0 });
  const before = await readFile(csv, 'utf8');
  const other = await score(folder, '--csv', csv, '--model', 'joint-scoring:2');
  expect(other).toMatchObject({ exitCode: 2 });
  expect(other.stderr).toContain('holds scores of joint-scoring:1');
  expect(await readFile(csv, 'utf8')).toBe(before);
  expect(asked).toBe(1);
});

test('a film that is not there is said at once', async () => {
  const done = await score(join(folder, 'nowhere.png'));
  expect(done.exitCode).toBe(2);
  expect(done.stderr).toContain('nowhere.png');
});
