/** `npm run demo`: starts the mesh, scores a radiograph before one's eyes, stops everything. */
import { join } from 'node:path';
import { credentialSettings } from '#platform/access/credential.ts';
import { readSettings } from '#platform/process/settings.ts';
import type { Answer } from '../cli/answer.ts';
import { drawOverlay } from '../cli/overlay.ts';
import { Refused, scoreLive } from '../cli/score-live.ts';
import type { Console } from './console.ts';
import { type JointNews, TABLE_HEAD, tableLine } from './joint-table.ts';
import { CannotRun } from './mesh.ts';
import { type StartOptions, startCommand } from './options.ts';
import { runMesh } from './run-mesh.ts';
import { renderSample } from './sample-hand.ts';

const FOLDER = join(import.meta.dirname, '..', 'out', 'demo');

/** Patient with a machine that has just started, and has other things to do. */
const WAIT_SECONDS = 60;

const command = startCommand(
  'Starts DeepXRay, scores a synthetic radiograph and stops. For research use only.',
)
  .name('npm run demo --')
  .option('--keep', 'stay running after the radiograph is scored', false);
const { keep, ...options } = command.parse().opts<StartOptions & { keep: boolean }>();

await runMesh(options, async ({ url }, { console, signal }) => {
  await demonstrate(url, console, signal);
  if (!keep) return;
  console.print(`  stays running: ${url}/docs; Ctrl-C stops it\n`);
  await new Promise<never>(() => undefined);
});

async function demonstrate(url: string, console: Console, signal: AbortSignal): Promise<void> {
  console.say('demo', 'rendering a hand: no patient, its lesions are SIMULATED');
  const { film, truth } = await renderSample(FOLDER);
  console.print(`\n   ${film}\n\n${TABLE_HEAD}`);

  const { token } = readSettings(credentialSettings, process.env);
  const sent = performance.now();
  let firstJointMs: number | undefined;
  let answer: (Answer & { status: number }) | undefined;
  try {
    for await (const { event, data } of scoreLive(film, { url, signal, waitSeconds: WAIT_SECONDS, token })) {
      const afterMs = performance.now() - sent;
      if (event === 'joint') {
        const news = data as JointNews;
        firstJointMs ??= afterMs;
        console.print(tableLine(news, truth.joints[news.joint], afterMs));
      }
      if (event === 'completed') answer = data as Answer & { status: number };
    }
  } catch (thrown) {
    if (thrown instanceof Refused) throw new CannotRun(`the radiograph was refused: ${thrown.message}`);
    throw thrown;
  }
  const totalMs = performance.now() - sent;
  const scored = Object.keys(answer?.joints ?? {}).length;
  if (answer?.status !== 200 || scored === 0) {
    throw new CannotRun(`the radiograph was not scored: ${JSON.stringify(answer?.missing ?? {})}`);
  }

  const overlay = join(FOLDER, 'overlay.png');
  await drawOverlay(film, answer, overlay);
  console.print(`
   ${scored} joints in ${Math.round(totalMs)} ms, the first after ${Math.round(firstJointMs ?? totalMs)} ms
   drawn over the radiograph: ${overlay}
   trace ${answer.traceId}. For research use only.
`);
}
