/**
 * Who asked for what, when, and how it ended: one JSON object a line, only ever added to. Never an image, a file
 * name or a score: the request id leads to those who hold them.
 */

import { mkdir } from 'node:fs/promises';
import { pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import type { Caller } from '../access/scopes.ts';
import type { ErrorCode } from '../errors/code.ts';

/** A file that is full is put aside under a number, the youngest 1; the oldest goes. */
const FULL_AT = '16M';
const FILES_KEPT = 64;

export type AuditEntry = {
  action: 'score' | 'read metrics' | 'other';
  over: 'http' | 'grpc';
  caller: Caller | undefined;
  /** Of the client, or of the last proxy that is not trusted to name it. */
  address: string;
  requestId: string;
  traceId?: string;
  outcome: 'ok' | ErrorCode;
  /** `name:version` of each that scored. */
  models?: readonly string[];
  /** How many joints got a score. */
  scored?: number;
};

export type Audit = { write(entry: AuditEntry): void; close(): Promise<void> };

/** `to`: a folder, where each process has a file of its own, or `stdout`, where each line is marked by `"audit":true`; nowhere if absent. Throws if it cannot be written. */
export async function openAudit(
  to: string | undefined,
  { role, instance, onError }: { role: string; instance: string; onError(error: Error): void },
): Promise<Audit> {
  if (to === undefined) return { write: () => undefined, close: async () => undefined };
  const { lines, close } =
    to === 'stdout'
      ? { lines: pino.destination({ dest: 1, sync: true }), close: async () => undefined }
      : await openFile(to, `${instance}.jsonl`, onError);
  const common = { ...(to === 'stdout' ? { audit: true } : {}), role, instance };
  return {
    write({ caller, ...entry }) {
      const who = caller && { by: caller.by, subject: caller.subject, client: caller.client };
      lines.write(`${JSON.stringify({ time: new Date().toISOString(), ...common, who, ...entry })}\n`);
    },
    close,
  };
}

async function openFile(
  folder: string,
  name: string,
  onError: (error: Error) => void,
): Promise<{ lines: { write(line: string): unknown }; close(): Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stream = createStream(name, {
    path: folder,
    size: FULL_AT,
    rotate: FILES_KEPT,
    mode: 0o600,
  });
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', reject);
  });
  stream.on('error', onError);
  return { lines: stream, close: () => new Promise((resolve) => stream.end(() => resolve())) };
}
