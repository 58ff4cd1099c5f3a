/** The evaluation's report in a real browser: whole, self-contained, without pictures unless asked for, fit to print. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuns } from '../evaluation/compare/compare-runs.ts';
import type { Dataset } from '../evaluation/dataset/dataset.ts';
import { filmOfTruth } from '../evaluation/dataset/from-synthetic.ts';
import { evaluateRun } from '../evaluation/figures/evaluate-run.ts';
import { reportPage } from '../evaluation/report/write-report.ts';
import type { AnswerRecord } from '../evaluation/run/answer-record.ts';
import { VARIANTS } from '../evaluation/run/variant.ts';
import { describeRun } from '../evaluation/run-about.ts';
import { answer, scoredJoint } from '../evaluation/testing/made-up-cases.ts';
import { JOINT_NAMES } from '../platform/domain/joints.ts';
import { browserNote, hasBrowser, startBrowser } from './harness/browser.ts';
import { syntheticHand } from './harness/hands.ts';

const SEEDS = [1, 2, 3, 4];
/** A name that a page must show, not run. */
const NASTY = '<img src=x onerror="document.title=\'run\'">.png';

let folder: string;
let browser: Browser;
let dataset: Dataset;
let records: AnswerRecord[];

/** Two visits of each hand, two readers, and answers that are off by a grade here and there. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deepxray-report-'));
  const films = await Promise.all(
    SEEDS.flatMap((seed) =>
      ['2024-01-01', '2025-01-01'].map(async (date, visit) => {
        const hand = await syntheticHand(seed);
        const path = join(folder, `${seed}-${visit}.png`);
        await writeFile(path, hand.png);
        const image = seed === 1 && visit === 0 ? NASTY : `${seed}-${visit}.png`;
        const film = { ...filmOfTruth(hand.truth, { image, patient: `p${seed}`, date }), path };
        const drawn = film.gradings.drawn!;
        const again = Object.fromEntries(
          JOINT_NAMES.map((joint) => [joint, { grade: Math.min(5, drawn[joint]!.grade + visit) }]),
        );
        return { ...film, gradings: { drawn, again } };
      }),
    ),
  );
  dataset = { source: 'made for this test', films, readers: ['drawn', 'again'], simulated: true };
  records = VARIANTS.flatMap((variant, step) =>
    films.map((film, at) => {
      const grades = Object.fromEntries(
        JOINT_NAMES.map((joint, place) => {
          const { grade } = film.gradings.drawn[joint]!;
          return [joint, (at + place + step) % 5 === 0 ? Math.abs(grade - 1) : grade];
        }),
      );
      const record = answer(film, grades, { variant });
      for (const joint of JOINT_NAMES) {
        const { x, y } = film.positions[joint]!;
        record.joints[joint] = {
          ...scoredJoint(joint, grades[joint]!),
          box: { x: x - 60, y: y - 55, width: 120, height: 120 },
        };
      }
      return record;
    }),
  );
  if (hasBrowser) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, withImages: boolean): Promise<string> {
  const bootstrap = { draws: 50, seed: 1 };
  const evaluation = evaluateRun(dataset, records, { bootstrap });
  const before = evaluateRun(dataset, records.map(sharper), { bootstrap });
  const about = describeRun(dataset, records, evaluation, bootstrap);
  const comparison = compareRuns(before, evaluation, bootstrap);
  const path = join(folder, name);
  await writeFile(path, await reportPage({ about, evaluation, comparison, withImages }));
  return path;
}

/** The other run: one joint graded otherwise. */
function sharper(record: AnswerRecord): AnswerRecord {
  const { mcp2 } = record.joints;
  return { ...record, joints: { ...record.joints, mcp2: { ...mcp2!, score: Math.min(5, mcp2!.score + 1) } } };
}

/** Opens it, and tells what it asked for beside itself and what it complained of. */
async function open(
  path: string,
  width = 1180,
): Promise<{ page: Page; asked: string[]; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(`file://${path}`);
  return {
    page,
    asked: asked.filter((url) => !url.startsWith('data:') && !url.endsWith('.html')),
    complaints,
  };
}

const widerThanPage = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('section, table, figure, svg, .card, .case, img')]
    .filter((one) => !one.closest('.scroll') && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120))`);

describe.skipIf(!hasBrowser)(`the report${browserNote}`, () => {
  test('shows every section and plot, fetches nothing, and complains of nothing', async () => {
    const { page, asked, complaints } = await open(await write('plain.html', false));
    expect({ asked, complaints }).toEqual({ asked: [], complaints: [] });
    const sections = await page.locator('section h2').allInnerTexts();
    for (const title of [
      'Compared with the other run',
      'End to end',
      'Which step loses it',
      'Grades of scored joints',
      'Patients',
      'Readers',
      'Joints',
      'Body part',
      'Time and failures',
      'Worst cases',
      'What the figures are of',
    ]) {
      expect(sections).toContain(title);
    }
    const plots = await page.locator('figure svg').evaluateAll((all) =>
      all.map((svg) => ({
        label: svg.getAttribute('aria-label'),
        // A plot that is empty has axes and no marks.
        drawn: svg.querySelectorAll('path, circle, rect, line').length,
        height: svg.getBoundingClientRect().height,
      })),
    );
    expect(plots.length).toBeGreaterThanOrEqual(15);
    for (const { label, drawn, height } of plots) {
      expect(label).toMatch(/\w/);
      expect(drawn, label!).toBeGreaterThan(5);
      expect(height, label!).toBeGreaterThan(60);
    }
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    await expect(page.getByText('SIMULATED').count()).resolves.toBeGreaterThan(0);
  });

  test('holds no picture of a film unless it is asked to', async () => {
    const without = await open(await write('without.html', false));
    expect(await without.page.locator('img').count()).toBe(0);
    const { page } = await open(await write('with.html', true));
    const widths = await page
      .locator('img')
      .evaluateAll((all) => all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth));
    expect(widths.length).toBeGreaterThan(10);
    expect(Math.min(...widths)).toBeGreaterThan(50);
  });

  test("shows a film's name as it is, whatever it says, and runs nothing of it", async () => {
    const { page } = await open(await write('nasty.html', false));
    expect(await page.getByText(NASTY).count()).toBeGreaterThan(0);
    expect(await page.title()).toBe('DeepXRay: evaluation of made for this test');
  });

  test.each([1180, 760])('runs over no edge at %i pixels', async (width) => {
    const { page } = await open(await write('wide.html', true), width);
    expect(await widerThanPage(page)).toEqual([]);
  });

  test('prints on A4 without running over its edge', async () => {
    const { page } = await open(await write('print.html', true));
    await page.emulateMedia({ media: 'print' });
    // The width of the paper between its margins, in CSS pixels.
    await page.setViewportSize({ width: 688, height: 1000 });
    expect(await widerThanPage(page)).toEqual([]);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThan(3);
  });
});
