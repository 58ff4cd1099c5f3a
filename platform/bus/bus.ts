/**
 * NATS, with trace context, deadline and correlation on every message. Nothing is buffered for a
 * server that is away: while disconnected every send fails at once with BusAway.
 */
import {
  connect,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
  RequestError,
  type Subscription,
  TimeoutError,
} from '@nats-io/transport-node';
import { type Attributes, context } from '@opentelemetry/api';
import { DeadlineExceeded, remainingMs } from '../deadline.ts';
import { withLogIds } from '../telemetry/log-context.ts';
import { inSpan, inSpanNow } from '../telemetry/tracing.ts';
import type { Identity } from '../tls/identity.ts';
import { observeBus } from './bus-figures.ts';
import { type Envelope, open, seal } from './envelope.ts';
import { messageSpan, spanName } from './message-span.ts';
import { INBOXES, type Step } from './subjects.ts';

/** The connection to nats-server is down; it is being sought again. */
export class BusAway extends Error {
  override name = 'BusAway';
}
/** Nobody listens on the subject: no pod of the step is there. */
export class NoResponders extends Error {
  override name = 'NoResponders';
}
/** Somebody may have got the message, but no answer came in time. */
export class NoReply extends Error {
  override name = 'NoReply';
  /** The deadline came first: no sign of a pod that is gone. */
  get cameTooLate(): boolean {
    return this.cause instanceof DeadlineExceeded;
  }
}

export type Incoming = {
  subject: string;
  payload: Uint8Array;
  envelope: Envelope;
  /** False where the sender waits for no reply. */
  respond(payload: Uint8Array): boolean;
};

export type Bus = {
  readonly connected: boolean;
  /** Largest message that the server takes, headers included. */
  readonly maxPayloadBytes: number;
  /** `attributes` go on its span. */
  publish(subject: string, payload: Uint8Array, envelope: Envelope, tracing?: Tracing): void;
  /** One reply, within `timeoutMs` and before the deadline. Throws BusAway, NoResponders, NoReply. */
  request(
    subject: string,
    payload: Uint8Array,
    envelope: Envelope,
    timeoutMs: number,
    tracing?: Tracing,
  ): Promise<Uint8Array>;
  /** Handles messages concurrently; each in a span whose parent is the sender's. */
  serve(
    subject: string,
    settings: ServeSettings,
    handle: (incoming: Incoming) => Promise<void> | void,
  ): Served;
  /** Messages without an envelope of their own, as presence. */
  listen(subject: string, handle: (payload: Uint8Array) => void): void;
  announce(subject: string, payload: Uint8Array): void;
  /** Call after every `Served.drain()`. */
  close(): Promise<void>;
};

export type Tracing = {
  attributes?: Attributes;
  /** Neither who sends nor who processes it makes a span, where there are many small ones that nobody looks for. */
  untraced?: boolean;
};

export type ServeSettings = {
  queueGroup?: string;
  /** Called with what a handler threw, and for messages that cannot be read (`malformed`). */
  onError(thrown: unknown): void;
  /** No span for each message, where there are many small ones. */
  untraced?: boolean;
};

export type Served = {
  /** Takes no more messages, then waits for those in hand: connections drained the other way round lose them. */
  drain(): Promise<void>;
};

export class MalformedMessage extends Error {
  override name = 'MalformedMessage';
}

const PING_EVERY_MS = 2000;
const RECONNECT_WAIT_MS = 100;
/** nats-server's own default. */
const DEFAULT_MAX_PAYLOAD_BYTES = 1024 * 1024;

export async function connectBus(settings: {
  url: string;
  name: string;
  role: 'orchestrator' | Step;
  /** Shown to the server, which knows the role by it; a server that speaks no TLS is none to connect to then. */
  identity?: Identity | undefined;
  /** refused: this role may not do on the server what it tried. */
  onStatus(status: 'connected' | 'away' | 'refused'): void;
}): Promise<Bus> {
  const { identity } = settings;
  const connection = await connect({
    servers: settings.url.split(','),
    name: settings.name,
    inboxPrefix: INBOXES.prefixOf(settings.role),
    // Files, not their content: they are read at each connection.
    ...(identity ? { tls: tlsOf(identity) } : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    pingInterval: PING_EVERY_MS,
    maxPingOut: 2,
    // Slow or lost servers are noticed by pings; a stuck connect attempt must not outlast them.
    timeout: 2000,
    ignoreClusterUpdates: false,
    // An error made for each request ahead of its failing costs more than the request.
    noAsyncTraces: true,
  });
  return wrap(connection, settings.onStatus);
}

const tlsOf = ({ files: { cert, key, ca } }: Identity) => ({
  certFile: cert,
  keyFile: key,
  ...(ca === undefined ? {} : { caFile: ca }),
});

function wrap(connection: NatsConnection, onStatus: (status: 'connected' | 'away' | 'refused') => void): Bus {
  let connected = true;
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError) onStatus('refused');
      const before: boolean = connected;
      if (status.type === 'reconnect') connected = true;
      if (status.type === 'disconnect' || status.type === 'close') connected = false;
      if (connected === before) continue;
      onStatus(connected ? 'connected' : 'away');
    }
  })();
  observeBus(connection, () => connected && !connection.isClosed());
  const requireConnection = () => {
    if (!connected || connection.isClosed() || connection.isDraining()) {
      throw new BusAway('not connected to nats-server');
    }
  };

  return {
    get connected() {
      return connected && !connection.isClosed();
    },

    get maxPayloadBytes() {
      return connection.info?.max_payload ?? DEFAULT_MAX_PAYLOAD_BYTES;
    },

    publish(subject, payload, envelope, { untraced, attributes } = {}) {
      requireConnection();
      if (untraced) {
        connection.publish(subject, payload, { headers: seal({ ...envelope, untraced }) });
        return;
      }
      inSpanNow(
        spanName('send', subject),
        messageSpan('send', { subject, envelope, payload, attributes }),
        () => connection.publish(subject, payload, { headers: seal(envelope) }),
      );
    },

    async request(subject, payload, envelope, timeoutMs, { untraced, attributes } = {}) {
      requireConnection();
      const timeout = Math.floor(Math.min(timeoutMs, remainingMs(envelope.deadline)));
      if (timeout < 1) throw new NoReply('no time left to ask', { cause: new DeadlineExceeded() });
      const ask = async () => {
        try {
          const reply = await connection.request(subject, payload, { timeout, headers: seal(envelope) });
          return reply.data;
        } catch (thrown) {
          const translated = translate(thrown);
          if (translated instanceof NoReply && timeout < Math.floor(timeoutMs)) {
            throw new NoReply('no reply by the deadline', { cause: new DeadlineExceeded() });
          }
          throw translated;
        }
      };
      if (untraced) return ask();
      const span = messageSpan('send', { subject, envelope, payload, attributes });
      return inSpan(spanName('send', subject), span, ask);
    },

    serve(subject, { queueGroup, onError, untraced }, handle) {
      const inHand = new Set<Promise<void>>();
      const receive = async (message: Msg) => {
        const opened = open(message.headers);
        if (!opened) return onError(new MalformedMessage('a message without correlation id or deadline'));
        const { envelope, parent } = opened;
        const incoming: Incoming = {
          subject: message.subject,
          payload: message.data,
          envelope,
          respond: (payload) => message.respond(payload),
        };
        const { correlationId, requestId } = envelope;
        const within = withLogIds({ correlationId, ...(requestId ? { requestId } : {}) }, parent);
        // Told inside, where log lines have the ids of the message.
        const handleOrTell = async () => {
          try {
            await handle(incoming);
          } catch (thrown) {
            onError(thrown);
            throw thrown;
          }
        };
        if (untraced || envelope.untraced) return context.with(within, handleOrTell);
        const described = { subject: message.subject, envelope, payload: message.data, queueGroup };
        const span = { ...messageSpan('process', described), parent: within };
        return inSpan(spanName('process', message.subject), span, handleOrTell);
      };
      const subscription = connection.subscribe(subject, {
        ...(queueGroup === undefined ? {} : { queue: queueGroup }),
        callback: (error, message) => {
          if (error) return onError(error);
          const work: Promise<void> = receive(message)
            .catch(() => undefined)
            .finally(() => inHand.delete(work));
          inHand.add(work);
        },
      });
      return { drain: () => drain(subscription, inHand) };
    },

    listen(subject, handle) {
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (!error) handle(message.data);
        },
      });
    },

    announce(subject, payload) {
      if (connected && !connection.isClosed()) connection.publish(subject, payload);
    },

    async close() {
      if (connection.isClosed()) return;
      // A drain needs a server to talk to; without one there is nothing to hand over.
      if (connected) await connection.drain();
      else await connection.close();
    },
  };
}

async function drain(subscription: Subscription, inHand: Set<Promise<void>>): Promise<void> {
  if (!subscription.isClosed()) await subscription.drain().catch(() => undefined);
  await Promise.all(inHand);
}

function translate(thrown: unknown): unknown {
  if (thrown instanceof RequestError && thrown.isNoResponders()) {
    return new NoResponders('nobody listens', { cause: thrown });
  }
  if (
    thrown instanceof TimeoutError ||
    (thrown instanceof RequestError && thrown.cause instanceof TimeoutError)
  ) {
    return new NoReply('no reply in time', { cause: thrown });
  }
  // A connection that broke while waiting: the work may or may not have been taken.
  return new BusAway('the connection broke', { cause: thrown });
}
