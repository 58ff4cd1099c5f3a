/** Reads what span exporters send: OTLP in protobuf, as far as a page or a test needs it. */
import { BinaryReader } from '@bufbuild/protobuf/wire';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export type ReceivedSpan = {
  service: string;
  instance: string;
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  kind: SpanKind;
  /** ms since 1970, with fractions. */
  start: number;
  end: number;
  isError: boolean;
  attributes: Record<string, string | number | boolean | string[]>;
  /** Span ids of the spans that it links to. */
  links: string[];
};

type OfProcess = Pick<ReceivedSpan, 'service' | 'instance'>;

const KINDS: Record<number, SpanKind> = {
  1: 'internal',
  2: 'server',
  3: 'client',
  4: 'producer',
  5: 'consumer',
};
const ERROR_STATUS = 2;

// Field numbers are those of opentelemetry/proto/collector/trace/v1 and what it is made of.

/** The spans of an ExportTraceServiceRequest. Throws on what is none. */
export function readSpans(request: Uint8Array): ReceivedSpan[] {
  const spans: ReceivedSpan[] = [];
  eachField(request, { 1: (reader) => spans.push(...readResourceSpans(reader.bytes())) });
  return spans;
}

function readResourceSpans(bytes: Uint8Array): ReceivedSpan[] {
  let resource: ReceivedSpan['attributes'] = {};
  const spans: Omit<ReceivedSpan, keyof OfProcess>[] = [];
  eachField(bytes, {
    1: (reader) => {
      resource = readAttributes(reader.bytes(), 1);
    },
    2: (reader) => eachField(reader.bytes(), { 2: (inner) => spans.push(readSpan(inner.bytes())) }),
  });
  const service = String(resource['service.name'] ?? '');
  const instance = String(resource['service.instance.id'] ?? '');
  return spans.map((span) => ({ ...span, service, instance }));
}

function readSpan(bytes: Uint8Array): Omit<ReceivedSpan, keyof OfProcess> {
  const span: Omit<ReceivedSpan, keyof OfProcess | 'attributes'> = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 'internal',
    start: 0,
    end: 0,
    isError: false,
    links: [],
  };
  eachField(bytes, {
    1: (reader) => {
      span.traceId = hex(reader.bytes());
    },
    2: (reader) => {
      span.spanId = hex(reader.bytes());
    },
    4: (reader) => {
      span.parentSpanId = hex(reader.bytes());
    },
    5: (reader) => {
      span.name = reader.string();
    },
    6: (reader) => {
      span.kind = KINDS[reader.int32()] ?? 'internal';
    },
    7: (reader) => {
      span.start = Number(reader.fixed64()) / 1e6;
    },
    8: (reader) => {
      span.end = Number(reader.fixed64()) / 1e6;
    },
    13: (reader) =>
      eachField(reader.bytes(), {
        2: (inner) => {
          span.links.push(hex(inner.bytes()));
        },
      }),
    15: (reader) =>
      eachField(reader.bytes(), {
        3: (inner) => {
          span.isError = inner.int32() === ERROR_STATUS;
        },
      }),
  });
  return { ...span, attributes: readAttributes(bytes, 9) };
}

/** Repeated KeyValue at `field`; lists of text are read, maps are left out. */
function readAttributes(bytes: Uint8Array, field: number): ReceivedSpan['attributes'] {
  const attributes: ReceivedSpan['attributes'] = {};
  eachField(bytes, {
    [field]: (reader) => {
      let key = '';
      let value: string | number | boolean | string[] | undefined;
      eachField(reader.bytes(), {
        1: (inner) => {
          key = inner.string();
        },
        2: (inner) => {
          value = readValue(inner.bytes());
        },
      });
      if (value !== undefined) attributes[key] = value;
    },
  });
  return attributes;
}

function readValue(bytes: Uint8Array): string | number | boolean | string[] | undefined {
  let value: string | number | boolean | string[] | undefined;
  eachField(bytes, {
    1: (reader) => {
      value = reader.string();
    },
    2: (reader) => {
      value = reader.bool();
    },
    3: (reader) => {
      value = Number(reader.int64());
    },
    4: (reader) => {
      value = reader.double();
    },
    5: (reader) => {
      const list: string[] = [];
      eachField(reader.bytes(), { 1: (one) => list.push(String(readValue(one.bytes()))) });
      value = list;
    },
  });
  return value;
}

function eachField(bytes: Uint8Array, readers: Record<number, (reader: BinaryReader) => void>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = readers[field];
    if (read) read(reader);
    else reader.skip(wireType, field);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
