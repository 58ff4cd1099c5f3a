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
/**
 * What comes together by chance and rarely (a batch of many crops, two collections at once) still adds steps of 10 to 30
 * MB for some minutes; then the whole stays where it is.
 */
const WARM_UP_MINUTES = SOAK_MINUTES > 0 ? 12 : 0;
/** What buffers in hand at one moment and not at the other may make out, too. */
const MEMORY_SLACK = IS_LONG ? 1.05 : 1.15;
const HANDLE_SLACK = 4;
/** Of the long forms: looked at between them. */
const PARTS = IS_LONG ? 12 : 1;

let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(async () => {
  await mesh?.stop();
});

type Held = { role: string; handles: number; memoryMb: number };

const measure = (): Held[] =>
  mesh.processes().map(({ pid, role }) => ({
    role,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    memoryMb: Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024,
  }));

const extent = SOAK_MINUTES > 0 ? `${SOAK_MINUTES} minutes` : `${CYCLES} cycles`;

test(`after ${extent} of scored, refused and abandoned films no process holds more`, {
  timeout: 120_000 + (WARM_UP + CYCLES) * 2000 + (WARM_UP_MINUTES + SOAK_MINUTES) * 60_000,
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
  const run = async (cycles: number, minutes: number) => {
    const until = performance.now() + minutes * 60_000;
    for (let turn = 0; turn < cycles || performance.now() < until; turn++) await cycle(turn);
  };
  await run(WARM_UP, WARM_UP_MINUTES);
  const course = [measure()];
  for (let part = 0; part < PARTS; part++) {
    await run(CYCLES / PARTS, SOAK_MINUTES / PARTS);
    course.push(measure());
  }
  const [before, after] = [course[0]!, course.at(-1)!];
  console.log(`memory (PSS), MB, before and in the course of ${extent}:\n${tableOf(course)}`);
  for (const [index, { role, handles }] of after.entries()) {
    expect(handles, `file handles of ${role}`).toBeLessThanOrEqual(before[index]!.handles + HANDLE_SLACK);
  }
  expect(totalMb(after)).toBeLessThan(MEMORY_SLACK * totalMb(before));
});

const totalMb = (held: Held[]): number => held.reduce((sum, { memoryMb }) => sum + memoryMb, 0);

/** A line a process: who grew, and whether it still does. */
function tableOf(course: Held[][]): string {
  const line = (name: string, values: number[]) =>
    [name.padEnd(32), ...values.map((value) => value.toFixed(0).padStart(5))].join(' ');
  const lines = course[0]!.map(({ role }, index) =>
    line(
      role,
      course.map((held) => held[index]!.memoryMb),
    ),
  );
  return [...lines, line('all', course.map(totalMb))].join('\n');
}
