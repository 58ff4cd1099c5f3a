/**
 * A worker thread: a session of every model, one run at a time. `session.run` blocks the thread that
 * calls it, so it must never be the one that answers the network.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ModelSession, openModelSession } from './model-session.ts';
import type { BatchJob, FromWorker, WorkerSetup } from './worker-messages.ts';

const port = parentPort!;
const tell = (message: FromWorker, give: ArrayBuffer[] = []) => port.postMessage(message, give);

async function open({ models, threadsPerSession }: WorkerSetup): Promise<Map<string, ModelSession>> {
  const sessions = new Map<string, ModelSession>();
  const warnings: string[] = [];
  for (const model of models) {
    try {
      const opened = await openModelSession(model, threadsPerSession);
      sessions.set(model.key, opened.session);
      warnings.push(...opened.warnings);
    } catch (error) {
      throw new Error(`model ${model.key}: ${(error as Error).message}`);
    }
  }
  tell({ kind: 'loaded', warnings });
  return sessions;
}

async function run(
  sessions: Map<string, ModelSession>,
  { id, model, samples, inputs }: BatchJob,
): Promise<void> {
  try {
    const startedNs = process.hrtime.bigint();
    const outputs = await sessions.get(model)!.run(samples, inputs);
    tell({ kind: 'done', id, outputs, startedNs, endedNs: process.hrtime.bigint() }, outputs);
  } catch (error) {
    tell({ kind: 'failed', id, problem: (error as Error).message });
  }
}

try {
  const sessions = await open(workerData as WorkerSetup);
  port.on('message', (job: BatchJob) => void run(sessions, job));
} catch (error) {
  tell({ kind: 'not-loaded', problem: (error as Error).message });
}
