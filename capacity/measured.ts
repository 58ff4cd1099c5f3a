/** Figures of one machine, as `npm run bench:service-times` writes them. */
import { readFileSync } from 'node:fs';

export type Measured = {
  /** How and where they came about. */
  about: string;
  /** Those that the mesh and its clients shared. */
  cores: number;
  film: { width: number; height: number; bytes: number };
  /** Milliseconds to decode the film, on one core. */
  decodeMs: number;
  /** Milliseconds of core time a radiograph: each role's, all of its processes together, and the clients'. */
  coreMs: Record<string, number>;
  /** Of what the extraction pod's model server computes; the rest is refinement. */
  localisationShare: number;
  /** Published to nats-server a radiograph; each is delivered to one. */
  bus: { bytes: number; messages: number };
  /** nats-server's core time, microseconds: a small message from one client to another, and a mebibyte in large ones. */
  busCosts: { smallUs: number; mebibyteUs: number };
  /** What the mesh was seen to do: what the model is held against. */
  loads: {
    clients: number;
    scoringPods: number;
    perSecond: number;
    p50Ms: number;
    p99Ms: number;
    refused: number;
  }[];
};

/** Throws where the file has no such figures. */
export function readMeasured(path: string): Measured {
  const measured = JSON.parse(readFileSync(path, 'utf8')) as Measured;
  const lacking = ROLES.filter((role) => !((measured.coreMs?.[role] ?? 0) > 0));
  if (lacking.length > 0) {
    throw new Error(
      `${path} has no core time of ${lacking.join(', ')}: make it with npm run bench:service-times`,
    );
  }
  return measured;
}

export const ROLES = [
  'gateway',
  'orchestrator',
  'body-part',
  'model-server:body-part',
  'joint-extraction',
  'model-server:joint-extraction',
  'joint-scoring',
  'model-server:joint-scoring',
  'nats-server',
] as const;

export type Role = (typeof ROLES)[number];
