/** Where a request failed, and why: the hop, the way to it, and what its error means in words; pure. */
import type { ReceivedSpan } from './otlp-spans.ts';
import type { Row, Waterfall } from './waterfall.ts';

export type Cause = {
  row: Row;
  /** Processes from the request to the hop, each once; last, with a cross, the one that left no span. */
  way: string[];
  why: string;
  /** How many hops failed alike: ten joints, as a rule, where a model did. */
  alike: number;
};

/** Undefined where nothing failed. */
export function causeIn({ rows }: Waterfall): Cause | undefined {
  const failed = deepest(rows.filter(({ span }) => span.isError));
  if (!failed) return undefined;
  const answered = new Set(
    rows.filter(({ span }) => ANSWERS.has(span.kind)).map(({ span }) => span.parentSpanId),
  );
  const unanswered = rows.filter(({ span }) => isAsking(span) && !answered.has(span.spanId));
  // A deadline ends all that waits for something: the hop is what was waited for the longest and left nothing, or, where
  // all left something, the deepest that was still at work.
  const cutOff = rows.filter(({ span }) => CUT_OFF.has(outcomeOf(span)));
  const row = outcomeOf(failed.span) === 'deadline' ? (longest(unanswered) ?? deepest(cutOff)!) : failed;
  const isAlike = ({ span }: Row) =>
    [span.instance, span.name, errorTypeOf(span)].join() ===
    [row.span.instance, row.span.name, errorTypeOf(row.span)].join();
  const missing = unanswered.includes(row) ? otherSideOf(row.span) : undefined;
  return {
    row,
    way: [...wayTo(row, rows), ...(missing === undefined ? [] : [`✗ ${missing}`])],
    why: whyOf(row.span, missing),
    alike: rows.filter(isAlike).length,
  };
}

/** The deepest, the earliest of equals. */
const deepest = (rows: readonly Row[]): Row | undefined =>
  [...rows].sort((one, other) => other.depth - one.depth || one.span.start - other.span.start)[0];

const longest = (rows: readonly Row[]): Row | undefined =>
  [...rows].sort((one, other) => lengthOf(other) - lengthOf(one))[0];

const lengthOf = ({ span }: Row): number => span.end - span.start;

/** Undefined where it has not failed itself, though it may have been called off. */
export const errorTypeOf = ({ attributes, isError }: ReceivedSpan): string | undefined =>
  isError ? String(attributes['error.type'] ?? 'error') : undefined;

export const outcomeOf = ({ attributes }: ReceivedSpan): string =>
  String(attributes['deepxray.outcome'] ?? 'ok');

/** What is at work when a deadline comes is called off, and may be none the wiser. */
const CUT_OFF: ReadonlySet<string> = new Set(['deadline', 'cancelled']);

/** A call, or a message to one: what is told to all may have no hearers. */
const isAsking = ({ kind, name }: ReceivedSpan): boolean =>
  (kind === 'client' || kind === 'producer') && name !== 'send deepxray.cancel';

/** By which the other side shows that it was there. */
const ANSWERS: ReadonlySet<string> = new Set(['server', 'consumer']);

function wayTo(row: Row, rows: readonly Row[]): string[] {
  const byId = new Map(rows.map(({ span }) => [span.spanId, span]));
  const way: string[] = [];
  for (let at: ReceivedSpan | undefined = row.span; at; at = byId.get(at.parentSpanId)) {
    if (way[0] !== at.instance) way.unshift(at.instance);
  }
  return way;
}

/** What `error.type` means for whoever has not written it. */
const MEANS: Record<string, string> = {
  'deadline-exceeded': 'The deadline came while it waited.',
  'step-unavailable': 'Nobody was there to take the call: that process is gone, or starting.',
  overloaded: 'All places were taken.',
  internal: 'It failed inside: the log line with this trace id says why.',
  INTERNAL: 'It failed inside: the log line with this trace id says why.',
  NoResponders: 'Nobody listens on this subject: no pod of the step is there.',
  NoReply: 'The message was sent, and no reply came in time.',
  BusAway: 'The connection to nats-server was down.',
  MalformedMessage: 'The message makes no sense to the pod that got it: are their versions too far apart?',
};

/** Nobody was there to leave a span, and that is all there is to say. */
const NOBODY: ReadonlySet<string | undefined> = new Set(['step-unavailable', 'NoResponders']);

function whyOf(span: ReceivedSpan, missing: string | undefined): string {
  const away = span.attributes['deepxray.steps_away'];
  if (away !== undefined) return `No pod is there for ${[away].flat().join(' and ')}.`;
  const type = errorTypeOf(span);
  if (type === undefined && missing === undefined) return 'It was still at work when the deadline came.';
  const silence = `No span has come from ${missing}: it was killed or is frozen, or has not sent it yet.`;
  return [MEANS[type ?? ''], missing !== undefined && !NOBODY.has(type) && silence].filter(Boolean).join(' ');
}

function otherSideOf({ name, instance }: ReceivedSpan): string {
  if (name.startsWith('inference.')) return `the model server of ${instance}`;
  const step = /^send deepxray\.([a-z-]+)\.work$/.exec(name)?.[1];
  return step === undefined ? 'the orchestrator' : `a pod of ${step}`;
}
