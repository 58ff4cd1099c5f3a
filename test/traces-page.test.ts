/** `npm start -- --traces` in a real browser: from an answer's trace id to the hop that failed. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserNote, hasBrowser, startBrowser } from './harness/browser.ts';
import { syntheticHand } from './harness/hands.ts';
import { type Mesh, startMesh } from './harness/mesh.ts';
import { scoreJson } from './harness/score.ts';

const inBrowser = hasBrowser ? test : test.skip;

let mesh: Mesh;
let browser: Browser;
let page: Page;
const problems: string[] = [];
beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  mesh = await startMesh({ scoringPods: 1, traces: true, env: { OTEL_BSP_SCHEDULE_DELAY: '100' } });
});
afterAll(async () => {
  await browser?.close();
  await mesh?.stop();
});

const home = () => `http://localhost:${mesh.port('TRACES')}/`;

/** Spans come a moment after the answer. */
const openWhole = async (traceId: string, spans: number) => {
  await mesh.waitUntil(
    `${spans} spans on the page`,
    async () => {
      await page.goto(home());
      await page.getByLabel('Trace id').fill(traceId);
      await page.getByRole('button', { name: 'Open' }).click();
      return (await page.locator('.waterfall li').count()) >= spans;
    },
    20_000,
  );
};

inBrowser(
  `the id of an answer opens its waterfall: every service, every joint, bars within the request${browserNote}`,
  async () => {
    const hand = await syntheticHand(1);
    const { body } = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=30' } });
    await openWhole(body.traceId, 80);
    expect(await page.title()).toContain(body.traceId);
    const text = await page.locator('.waterfall').textContent();
    for (const name of [
      'POST /score',
      'infer joint-scoring',
      'send deepxray.scores.{orchestrator} mcp1',
      'pip5',
    ]) {
      expect(text).toContain(name);
    }
    const track = (await page.locator('.track').first().boundingBox())!;
    for (const bar of await page.locator('.bar').all()) {
      const box = (await bar.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(track.x - 1);
      expect(box.x + box.width).toBeLessThanOrEqual(track.x + track.width + 4);
    }
    await page.locator('summary', { hasText: 'decode radiograph' }).click();
    expect(await page.locator('dl:visible').textContent()).toContain('deepxray.image.width');
  },
);

inBrowser(
  `the last requests are listed, and one that failed says at which hop and why${browserNote}`,
  async () => {
    await mesh.kill('joint-scoring');
    const hand = await syntheticHand(1);
    let failed = await scoreJson(mesh, hand.png);
    // The launcher starts it again at once: whoever is quicker.
    for (let times = 0; failed.status === 200 && times < 5; times++) {
      await mesh.kill('joint-scoring');
      failed = await scoreJson(mesh, hand.png);
    }
    expect(failed.status).toBe(503);
    await openWhole(failed.body.traceId, 4);
    await page.goto(home());
    await page.getByRole('link', { name: failed.body.traceId }).click();
    expect(await page.locator('.cause').textContent()).toMatch(
      /Failed at orchestrator: knock at steps \(step-unavailable\)/,
    );
    expect(await page.locator('li[data-cause] dl').textContent()).toMatch(
      /deepxray.steps_away\s*joint-scoring/,
    );
  },
);

inBrowser(
  `a deadline that came while a model stood is laid at that model's door, though it says nothing itself${browserNote}`,
  async () => {
    await mesh.waitUntil(
      'radiographs are scored again',
      async () => (await scoreJson(mesh, (await syntheticHand(1)).png)).status === 200,
      30_000,
    );
    const hand = await syntheticHand(1);
    const frozen = await mesh.freeze('model-server:joint-scoring');
    try {
      const late = await scoreJson(mesh, hand.png, { headers: { prefer: 'wait=4' } });
      expect(late.status).toBe(504);
      await openWhole(late.body.traceId, 20);
      const way =
        'gateway → orchestrator → joint-extraction → joint-scoring-1 → ✗ the model server of joint-scoring-1';
      let shown: string | null = '';
      await mesh
        .waitUntil(
          'the page names the hop',
          async () => {
            await page.reload();
            shown = await page.locator('.way').textContent();
            return shown === way;
          },
          20_000,
        )
        .catch(() => expect(shown).toBe(way));
      await page.goto(home());
      const row = page.getByRole('row').filter({ hasText: late.body.traceId });
      expect(await row.textContent()).toMatch(/504 deadline-exceeded\s*joint-scoring-1: inference/);
    } finally {
      mesh.thaw(frozen);
    }
  },
);

inBrowser(
  `a page that nothing is known of says so, and what comes from outside is text and no markup${browserNote}`,
  async () => {
    const response = await page.goto(`${home()}trace?id=<script>alert(1)</script>`);
    expect(response!.status()).toBe(404);
    expect(await page.locator('h1').textContent()).toBe('No such trace');
    expect(await page.locator('main script, p script').count()).toBe(0);
    // Chromium says of a 404 that it is one.
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
  },
);
