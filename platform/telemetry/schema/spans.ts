/** Every span that a scoring can leave, for docs/telemetry.md and for the test that holds traces against it. */
import type { ROLES } from '../names.ts';

type Role = (typeof ROLES)[number];

export type SpanDefinition = {
  /** `{…}` stands for what varies. */
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  by: readonly Role[];
  doc: string;
};

const SIDECARS: readonly Role[] = ['body-part', 'joint-extraction', 'joint-scoring'];

export const SPANS: readonly SpanDefinition[] = [
  {
    name: '{METHOD} {route}',
    kind: 'server',
    by: ['gateway'],
    doc: 'an HTTP request; polled paths leave none',
  },
  {
    name: 'deepxray.v1.ScoringService/ScoreStream',
    kind: 'client',
    by: ['gateway'],
    doc: 'the call to an orchestrator',
  },
  {
    name: 'deepxray.v1.ScoringService/{call}',
    kind: 'server',
    by: ['orchestrator'],
    doc: 'a scoring, from its first byte to its last answer',
  },
  {
    name: 'knock at steps',
    kind: 'internal',
    by: ['orchestrator'],
    doc: 'is anybody there for each step? The knocks themselves have no spans',
  },
  {
    name: 'decode radiograph',
    kind: 'internal',
    by: ['orchestrator'],
    doc: 'the file to a grey image, in its turn',
  },
  {
    name: 'send deepxray.{step}.work',
    kind: 'producer',
    by: ['orchestrator', 'joint-extraction'],
    doc: 'a piece of work offered to a pod, until its reply or receipt; once more for each pod that was full',
  },
  {
    name: 'process deepxray.{step}.work',
    kind: 'consumer',
    by: SIDECARS,
    doc: 'the work in the hands of a pod, or its refusal; goes on after the receipt. Of joint-scoring: one crop graded',
  },
  {
    name: 'pull radiograph',
    kind: 'internal',
    by: ['joint-extraction'],
    doc: 'the radiograph from the orchestrator that holds it, in pieces',
  },
  {
    name: 'send deepxray.pieces.{orchestrator}.{correlation}',
    kind: 'producer',
    by: ['joint-extraction'],
    doc: 'one piece asked for, until it is there',
  },
  {
    name: 'process deepxray.pieces.{orchestrator}.{correlation}',
    kind: 'consumer',
    by: ['orchestrator'],
    doc: 'one piece handed out',
  },
  {
    name: 'extract joint',
    kind: 'internal',
    by: ['joint-extraction'],
    doc: 'one joint: refined, cut, sent on',
  },
  { name: 'cut crop', kind: 'internal', by: ['joint-extraction'], doc: 'its crop cut along the finger' },
  {
    name: 'send deepxray.scores.{orchestrator}',
    kind: 'producer',
    by: ['joint-extraction', 'joint-scoring'],
    doc: 'a report: the score of a joint, or why it is missing. Reports of where a joint is have no spans',
  },
  {
    name: 'process deepxray.scores.{orchestrator}',
    kind: 'consumer',
    by: ['orchestrator'],
    doc: 'the report taken in, and the joint passed on to the client',
  },
  {
    name: 'ask again',
    kind: 'internal',
    by: ['orchestrator'],
    doc: 'joints that failed or of which nothing was heard, asked for once more',
  },
  {
    name: 'send deepxray.cancel',
    kind: 'producer',
    by: ['orchestrator'],
    doc: 'told to all pods: this request is wanted no longer',
  },
  { name: 'process deepxray.cancel', kind: 'consumer', by: SIDECARS, doc: 'heard by one of them' },
  {
    name: 'inference.GRPCInferenceService/{call}',
    kind: 'client',
    by: SIDECARS,
    doc: 'a call to the model server of the pod',
  },
  {
    name: 'inference.GRPCInferenceService/{call}',
    kind: 'server',
    by: ['model-server'],
    doc: 'the same, as it is served; polled calls leave none',
  },
  {
    name: 'infer {model}',
    kind: 'internal',
    by: ['model-server'],
    doc: 'queue and compute, told apart by attributes; links to the inferences of the same batch',
  },
];

const patterns = SPANS.map((span) => ({
  span,
  pattern: new RegExp(
    `^${span.name.replaceAll(/[.]/g, '\\.').replaceAll(/\{[a-zA-Z]+\}/g, '(\\{?[A-Za-z0-9/_*:-]+\\}?)')}$`,
  ),
}));

/** What the schema says of a span of this name and service; undefined where it says nothing. */
export const definitionOf = (name: string, service: string): SpanDefinition | undefined =>
  patterns.find(({ span, pattern }) => pattern.test(name) && (span.by as readonly string[]).includes(service))
    ?.span;
