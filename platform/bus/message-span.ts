/** What spans and figures say of a message. */
import type { Attributes } from '@opentelemetry/api';
import { createHistogram, type Histogram } from '../telemetry/metrics/instruments.ts';
import { ATTRIBUTE } from '../telemetry/names.ts';
import { SpanKind, type SpanSettings } from '../telemetry/tracing.ts';
import type { Envelope } from './envelope.ts';
import { subjectTemplate } from './subjects.ts';

type Operation = 'send' | 'process';

export type Message = {
  subject: string;
  envelope: Envelope;
  payload: Uint8Array;
  queueGroup?: string | undefined;
  attributes?: Attributes | undefined;
};

const HISTOGRAM = { send: 'messageSendDuration', process: 'messageProcessDuration' } as const;
const durations: Partial<Record<Operation, Histogram>> = {};

export const spanName = (operation: Operation, subject: string): string =>
  `${operation} ${subjectTemplate(subject)}`;

export function messageSpan(
  operation: Operation,
  { subject, envelope, payload, queueGroup, attributes }: Message,
): SpanSettings {
  const destination = subjectTemplate(subject);
  const measure = (seconds: number, _outcome: string, errorType: string | undefined) => {
    durations[operation] ??= createHistogram(HISTOGRAM[operation]);
    durations[operation].record(seconds, {
      [ATTRIBUTE.destination]: destination,
      ...(errorType === undefined ? {} : { [ATTRIBUTE.errorType]: errorType }),
    });
  };
  return {
    kind: operation === 'send' ? SpanKind.PRODUCER : SpanKind.CONSUMER,
    attributes: {
      [ATTRIBUTE.messagingSystem]: 'nats',
      [ATTRIBUTE.operationType]: operation,
      [ATTRIBUTE.operationName]: operation,
      [ATTRIBUTE.destination]: destination,
      [ATTRIBUTE.conversationId]: envelope.correlationId,
      [ATTRIBUTE.bodySize]: payload.byteLength,
      ...(queueGroup === undefined ? {} : { [ATTRIBUTE.consumerGroup]: queueGroup }),
      ...attributes,
    },
    measure,
  };
}
