/**
 * Far more than the mesh can take: what is taken is served in time, the rest is refused at once, the work
 * done stays what it was, and one client that floods starves nobody. Short here; DEEPXRAY_LOAD_SECONDS makes it long.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';
import { type Known, learn, startLoad } from './harness/steady-load.ts';
import { sumOfSamples } from './harness/sum-of-samples.ts';

const SECONDS = Number(process.env.DEEPXRAY_LOAD_SECONDS ?? 10);
/** Enough to keep all cores of a small machine busy. */
const PLENTY = 4;
/**
 * The contract says 100 ms, to which the gateway's own clock holds it. The clients that flood share its cores here, and
 * perhaps others do: where these are slow altogether, a refusal still takes a small share of what an answer takes.
 */
const REFUSED_WITHIN_MS = 400;
const REFUSED_WITHIN_SHARE_OF_ANSWER = 0.25;
/** The contract says 0.9, which the long form holds; ten seconds of a shared machine tell less. */
const USEFUL_SHARE = SECONDS > 10 ? 0.9 : 0.5;

let mesh: Mesh;
let known: Known[];
beforeAll(async () => {
  // Clients are told apart by address: a trusted proxy lets a test be many of them.
  mesh = await startMesh({
    env: {
      DEEPXRAY_TRUSTED_PROXIES: '127.0.0.1',
      DEEPXRAY_MAX_IN_FLIGHT: '8',
      DEEPXRAY_MAX_IN_FLIGHT_PER_CLIENT: '4',
    },
  });
  known = await learn(mesh, await Promise.all([1, 2, 3].map((seed) => syntheticHand(seed))));
});
afterAll(async () => {
  await mesh?.stop();
});

async function loaded(clients: number, more: { refusedPauseMs?: number } = {}) {
  const addressOf = (client: number) => `10.0.0.${client}`;
  const load = startLoad(mesh, known, { clients, waitS: 10, addressOf, ...more });
  await mesh.waitUntil('the first is answered', () => load.tally.answered > 0, 30_000);
  const [began, before] = [performance.now(), load.tally.answered];
  await mesh.waitUntil(
    'the load lasted',
    () => performance.now() - began > SECONDS * 1000,
    SECONDS * 1000 + 30_000,
  );
  const answered = load.tally.answered - before;
  const filmsPerSecond = answered / ((performance.now() - began) / 1000);
  await load.stop();
  return { ...load, filmsPerSecond };
}

const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
const median = (values: readonly number[]) => quantile(values, 0.5);
const shareWithin = (values: readonly number[], ms: number) =>
  values.filter((value) => value <= ms).length / values.length;

/** Share of the gateway's refusals that it sent within 100 ms of having read their request's head, by its own metrics. */
async function refusalsByGateway(): Promise<number> {
  const metrics = await (await fetch(`${mesh.url}/metrics`)).text();
  const refused = 'http_server_request_duration_seconds_bucket\\{[^}]*status_code="(?:429|503)"[^}]*';
  const within = sumOfSamples(metrics, new RegExp(`^${refused}le="0.1"[^}]*\\} (\\d+)`, 'gm'));
  return within / sumOfSamples(metrics, new RegExp(`^${refused}le="\\+Inf"[^}]*\\} (\\d+)`, 'gm'));
}

test('ten times the load: what is taken is right and in time, the rest is refused at once', {
  timeout: 120_000 + SECONDS * 3000,
}, async () => {
  const peak = await loaded(PLENTY);
  // A client that is refused asks again after as long as an answer takes: ten times the clients, ten times the requests.
  const over = await loaded(10 * PLENTY, { refusedPauseMs: (1000 * PLENTY) / peak.filmsPerSecond });
  const byGateway = await refusalsByGateway();
  console.log({
    'films/s at peak': peak.filmsPerSecond.toFixed(1),
    'at ten times the load': over.filmsPerSecond.toFixed(1),
    'refusal, median ms': median(over.refusedMs).toFixed(0),
    'refusal, p95 ms': quantile(over.refusedMs, 0.95).toFixed(0),
    'refusals within 100 ms': shareWithin(over.refusedMs, 100).toFixed(3),
    'by the gateway itself': byGateway.toFixed(3),
    ...over.tally,
  });
  for (const { tally, complaints } of [peak, over]) {
    expect({
      wrong: tally.wrong,
      hung: tally.hung,
      cut: tally.cut,
      expired: tally.expired,
      partial: tally.partial,
      complaints,
    }).toEqual({ wrong: 0, hung: 0, cut: 0, expired: 0, partial: 0, complaints: [] });
  }
  expect(peak.tally.refused).toBe(0);
  expect(over.tally.refused).toBeGreaterThan(0);
  expect(byGateway).toBeGreaterThan(0.99);
  expect(median(over.refusedMs)).toBeLessThan(
    Math.max(REFUSED_WITHIN_MS, REFUSED_WITHIN_SHARE_OF_ANSWER * median(over.tookMs)),
  );
  expect(over.filmsPerSecond).toBeGreaterThan(USEFUL_SHARE * peak.filmsPerSecond);
});

/** How long one more client waits for each of its films, ms. */
async function waitsOfAnother(): Promise<number[]> {
  const waits: number[] = [];
  for (const { hand } of [...known, ...known]) {
    const { status, tookMs } = await scoreJson(mesh, hand.png, {
      headers: { 'x-forwarded-for': '10.1.1.1', prefer: 'wait=10' },
    });
    expect(status).toBe(200);
    waits.push(tookMs);
  }
  return waits;
}

test('a client that floods is told 429, and others wait less than twice as long as beside as much work of well-behaved ones', {
  timeout: 120_000,
}, async () => {
  const calm = startLoad(mesh, known, { clients: PLENTY, waitS: 10, addressOf: (one) => `10.0.0.${one}` });
  await mesh.waitUntil('the load is there', () => calm.tally.answered >= PLENTY, 30_000);
  const beside = await waitsOfAnother();
  await calm.stop();
  expect(calm.complaints).toEqual([]);

  const flood = startLoad(mesh, known, { clients: 5 * PLENTY, waitS: 10, addressOf: () => '10.9.9.9' });
  await mesh.waitUntil('the flood is refused', () => flood.tally.refused > 10, 30_000);
  const flooded = await waitsOfAnother();
  const { wrong, hung, cut, expired } = await flood.stop();

  console.log({
    'waits beside others, median ms': median(beside).toFixed(0),
    'beside a flood': median(flooded).toFixed(0),
  });
  expect({ wrong, hung, cut, expired }).toEqual({ wrong: 0, hung: 0, cut: 0, expired: 0 });
  expect(median(flooded)).toBeLessThan(2 * median(beside));
});
