/** Nothing grows: not memory, not file handles, over many requests that end well, badly and halfway. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';

/** `DEEPXRAY_CYCLES=1000`, or `npm run soak` for an hour, are the long forms. */
const CYCLES = Number(process.env.DEEPXRAY_CYCLES ?? 60);
const SOAK_MINUTES = Number(process.env.DEEPXRAY_SOAK_MINUTES ?? 0);
const IS_LONG = CYCLES >= 1000 || SOAK_MINUTES > 0;
/**
 * Heaps find their size in the first cycles: the long forms leave them more, and hold what follows to less. A gateway's
 * has 100 MiB of room before its collector looks for the first time: full after some 550 cycles, flat from there on.
 */
const WARM_UP = IS_LONG ? 600 : 40;
/** What buffers in hand at one moment and not at the other may make out, too. */
const MEMORY_SLACK = IS_LONG ? 1.05 : 1.15;
const HANDLE_SLACK = 4;

let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(async () => {
  await mesh?.stop();
});

const measure = () =>
  mesh.processes().map(({ pid, role }) => ({
    role,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    memoryMb: Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024,
  }));

const extent = SOAK_MINUTES > 0 ? `${SOAK_MINUTES} minutes` : `${CYCLES} cycles`;

test(`after ${extent} of scored, refused and abandoned films no process holds more`, {
  timeout: 120_000 + (WARM_UP + CYCLES) * 2000 + SOAK_MINUTES * 60_000,
}, async () => {
  const { png } = await syntheticHand(1);
  const cut = png.subarray(0, png.length >> 1);
  const cycle = async (turn: number) => {
    const abandoned = AbortSignal.timeout(5 + ((turn * 37) % 300));
    const [scored, refused] = await Promise.all([
      scoreJson(mesh, png, { headers: { prefer: 'wait=30' } }),
      scoreJson(mesh, cut),
      scoreJson(mesh, png, { signal: abandoned }).catch(() => undefined),
    ]);
    expect([scored.status, scored.body.type, refused.status, refused.body.type]).toEqual([
      200,
      undefined,
      422,
      '/problems/unreadable-image',
    ]);
  };
  for (let turn = 0; turn < WARM_UP; turn++) await cycle(turn);
  const before = measure();
  const until = performance.now() + SOAK_MINUTES * 60_000;
  for (let turn = 0; turn < CYCLES || performance.now() < until; turn++) await cycle(turn);
  const after = measure();

  const total = (list: typeof before) => list.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
  console.log(
    `memory (PSS) of the mesh: ${total(before).toFixed(0)} MB, after ${extent} ${total(after).toFixed(0)} MB`,
  );
  for (const [index, { role, handles }] of after.entries()) {
    expect(handles, `file handles of ${role}`).toBeLessThanOrEqual(before[index]!.handles + HANDLE_SLACK);
  }
  expect(total(after)).toBeLessThan(MEMORY_SLACK * total(before));
});
