/**
 * `npm run bench:crops`: crops to four scorers by core NATS and by JetStream, side by side in one run.
 * nats-server, processes and messages are real; the scorers' service time is SIMULATED.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { obtainNatsServer } from '../../launcher/nats-server.ts';
import { freePorts } from '../../test/harness/free-ports.ts';
import { encodeCrop, SCORES, STREAM, SUBJECT } from './crop.ts';
import { figuresOf, printFigures, type Sent } from './figures.ts';

const HELP = `npm run bench:crops -- [--seconds N] [--service MS]

  --seconds N    of each load (default 15)
  --service MS   a scorer's mean service time, simulated (default 20)`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    service: { type: 'string', default: '20' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const seconds = Number(values.seconds);
const serviceMs = Number(values.service);

const SCORERS = 4;
const IDLE_CROPS = 200;
/** As the orchestrator has them: when a crop is asked for again, and how often. */
const RECEIPT_WITHIN_MS = 750;
const PATIENCE_MS = 1500;
const TIMES_ASKED_AGAIN = 2;
/** Whatever is not there by then is lost. */
const SETTLE_MS = 6000;

/** Core NATS with long queues in the scorers, with short ones, and a stream that scorers pull from. */
const CAPACITY = { 'core, 32 in hand': 32, 'core, 2 in hand': 2, jetstream: 1 } as const;
type Transport = keyof typeof CAPACITY;
/** Who is refused by all asks again after about so long. */
const PAUSE_MS = 5;

const port = (await freePorts()).DEEPXRAY_NATS_PORT!;
const url = `nats://127.0.0.1:${port}`;
const program = await obtainNatsServer(console.error, AbortSignal.timeout(300_000));
const server = spawn(
  program,
  ['-a', '127.0.0.1', '-p', port, '-js', '-sd', join(process.cwd(), '.cache/bench-jetstream')],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
await new Promise<void>((resolve) =>
  server.stderr!.on('data', (text) => String(text).includes('Server is ready') && resolve()),
);

const connection = await connect({ servers: url, name: 'orchestrator' });
const manager = await jetstreamManager(connection);
const stream = jetstream(connection);
const sent = new Map<number, Sent>();
let lastId = 0;
connection.subscribe(SCORES, {
  callback: (_error, message) => {
    const crop = sent.get(Number(message.string()));
    if (!crop) return;
    if (crop.tookMs === undefined) crop.tookMs = performance.now() - crop.at;
    else crop.repeats++;
  },
});

const send = {
  core: async (id: number) => {
    const payload = encodeCrop(id);
    for (let attempt = 0; attempt <= TIMES_ASKED_AGAIN && sent.get(id)!.tookMs === undefined; attempt++) {
      if (attempt > 0) sent.get(id)!.askedAgain++;
      if (await isAccepted(payload)) await delay(PATIENCE_MS);
    }
  },
  // The server keeps it, and gives it to another where no acknowledgement comes.
  jetstream: async (id: number) => void (await stream.publish(SUBJECT, encodeCrop(id))),
};

async function isAccepted(payload: Uint8Array): Promise<boolean> {
  for (;;) {
    const receipt = await connection
      .request(SUBJECT, payload, { timeout: RECEIPT_WITHIN_MS })
      .catch(() => undefined);
    if (receipt?.string() !== 'busy') return receipt !== undefined;
    await delay(PAUSE_MS * Math.random());
  }
}

async function startScorers(transport: Transport): Promise<ChildProcess[]> {
  const scorers = Array.from({ length: SCORERS }, () =>
    fork(join(import.meta.dirname, 'scorer.ts'), [
      transport === 'jetstream' ? 'jetstream' : 'core',
      url,
      String(serviceMs),
      String(CAPACITY[transport]),
    ]),
  );
  await Promise.all(scorers.map((scorer) => once(scorer, 'message')));
  return scorers;
}

function sendOne(transport: Transport): Sent {
  const crop: Sent = { at: performance.now(), repeats: 0, askedAgain: 0 };
  const id = ++lastId;
  sent.set(id, crop);
  void (transport === 'jetstream' ? send.jetstream(id) : send.core(id));
  return crop;
}

/** One at a time. */
async function idle(transport: Transport): Promise<Sent[]> {
  const crops: Sent[] = [];
  for (let count = 0; count < IDLE_CROPS; count++) {
    const crop = sendOne(transport);
    crops.push(crop);
    while (crop.tookMs === undefined && performance.now() - crop.at < SETTLE_MS) await delay(1);
  }
  return crops;
}

/** Crops that come by chance (Poisson), this share of what four scorers can do. */
async function load(
  transport: Transport,
  share: number,
  halfway: () => void = () => undefined,
): Promise<Sent[]> {
  const crops: Sent[] = [];
  const everyMs = serviceMs / SCORERS / share;
  const began = performance.now();
  let next = began;
  let isSecondHalf = false;
  while (next - began < seconds * 1000) {
    next += -Math.log(1 - Math.random()) * everyMs;
    if (next > performance.now()) await delay(next - performance.now());
    crops.push(sendOne(transport));
    if (!isSecondHalf && next - began > seconds * 500) {
      isSecondHalf = true;
      halfway();
    }
  }
  await delay(SETTLE_MS);
  return crops;
}

const rows: Record<string, ReturnType<typeof figuresOf>> = {};
for (const transport of Object.keys(CAPACITY) as Transport[]) {
  if (transport === 'jetstream')
    await manager.streams.add({
      name: STREAM,
      subjects: [SUBJECT],
      storage: StorageType.Memory,
      retention: RetentionPolicy.Workqueue,
      max_age: 30e9,
    });
  const scorers = await startScorers(transport);
  rows[`idle, one at a time: ${transport}`] = figuresOf(await idle(transport));
  rows[`80 % of four scorers: ${transport}`] = figuresOf(await load(transport, 0.8));
  const kill = () => void scorers[0]!.kill('SIGKILL');
  rows[`60 %, one of four killed (kill -9): ${transport}`] = figuresOf(await load(transport, 0.6, kill));
  for (const scorer of scorers) scorer.kill('SIGKILL');
}
console.log(
  `Four scorers, ${serviceMs} ms a crop on average (SIMULATED), ${encodeCrop(1).length} bytes a crop`,
);
printFigures(rows);
await connection.close();
server.kill();
