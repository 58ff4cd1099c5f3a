/**
 * A trace as a tree that can be compared: what varies from run to run (ids, times, the order of siblings,
 * offers that a full pod refused) is left out, siblings that are alike are counted.
 */
import { definitionOf } from '../../platform/telemetry/schema/spans.ts';
import type { CollectedSpan } from './trace-collector.ts';

export type TraceTree = {
  /** One line a span, indented: `service: name [joint, outcome]`, with × where siblings are alike. */
  text: string;
  spans: CollectedSpan[];
  /** Spans whose parent is not in the trace and is not the caller's. */
  orphans: CollectedSpan[];
  /** Spans that lie outside the one they are part of. */
  astray: string[];
  /** Names that the schema does not know. */
  unknown: string[];
};

/** Clocks of one machine; spans are stamped to the microsecond. */
const TOLERANCE_MS = 5;

/** `callerSpan`: the parent that the client brought, if it did. `withJoints`: which joint each span is about. */
export function traceTree(
  all: readonly CollectedSpan[],
  traceId: string,
  { callerSpan = '', withJoints = false }: { callerSpan?: string; withJoints?: boolean } = {},
): TraceTree {
  const spans = all.filter((span) => span.traceId === traceId);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === callerSpan);
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== callerSpan && !byId.has(parentSpanId));
  const childrenOf = Map.groupBy(
    spans.flatMap((span) => [span.parentSpanId, ...sharedWith(span)].map((above) => ({ above, span }))),
    ({ above }) => above,
  );
  const childrenBelow = (spanId: string) => (childrenOf.get(spanId) ?? []).map(({ span }) => span);

  const lines = (siblings: readonly CollectedSpan[], depth: number): string[] => {
    const branches = siblings
      .filter((span) => !isRefusedOffer(span, childrenBelow(span.spanId)))
      .map((span) => {
        const head = `${'  '.repeat(depth)}${labelOf(span, withJoints)}`;
        return [head, ...lines(childrenBelow(span.spanId), depth + 1)].join('\n');
      });
    const counts = new Map<string, number>();
    for (const branch of branches) counts.set(branch, (counts.get(branch) ?? 0) + 1);
    return [...counts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([branch, count]) => (count === 1 ? branch : branch.replace(/$/m, ` ×${count}`)));
  };

  return {
    text: lines(roots, 0).join('\n'),
    spans,
    orphans,
    astray: spans.flatMap((span) => {
      const parent = byId.get(span.parentSpanId);
      return parent && !isWithin(span, parent) ? [`${labelOf(span, true)} in ${labelOf(parent, true)}`] : [];
    }),
    unknown: spans
      .filter(({ name, service }) => !definitionOf(name, service))
      .map(({ name, service }) => `${service}: ${name}`),
  };
}

/** A consumer may go on when its producer has its receipt; it cannot begin before it was sent to. */
function isWithin(span: CollectedSpan, parent: CollectedSpan): boolean {
  if (span.start < parent.start - TOLERANCE_MS || span.end < span.start) return false;
  return span.kind === 'consumer' || span.end <= parent.end + TOLERANCE_MS;
}

/** Asked of a pod that had its hands full, and asked again of another: how often depends on the machine. */
const isRefusedOffer = ({ kind }: CollectedSpan, below: readonly CollectedSpan[]): boolean =>
  kind === 'producer' && below.some(({ attributes }) => attributes['deepxray.refusal.reason'] === 'busy');

/** A call that several joints share is one joint's in the trace and links to the others: it is shown below each. */
const sharedWith = ({ kind, links }: CollectedSpan): string[] => (kind === 'client' ? links : []);

function labelOf({ service, name, attributes }: CollectedSpan, withJoints: boolean): string {
  const notes = [
    ...(withJoints && attributes['deepxray.joint'] ? [attributes['deepxray.joint']] : []),
    ...(attributes['deepxray.joint.outcome'] ? [attributes['deepxray.joint.outcome']] : []),
    ...(attributes['deepxray.outcome'] ? [attributes['deepxray.outcome']] : []),
  ];
  return `${service}: ${name}${notes.length > 0 ? ` [${notes.join(', ')}]` : ''}`;
}
