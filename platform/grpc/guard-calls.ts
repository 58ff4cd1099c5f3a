/** Lets a call in or refuses it by its `authorization`, before its handler hears of it. */
import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import type { Access } from '../access/access.ts';
import type { Caller, Need } from '../access/scopes.ts';
import { toServiceError } from '../errors/grpc-status.ts';

const callers = new WeakMap<Metadata, Caller>();

/** Who makes a call; undefined where nobody has to say so. */
export const callerOf = ({ metadata }: { metadata: Metadata }): Caller | undefined => callers.get(metadata);

/** `peer`: the address of whoever called. */
export type Refused = { path: string; metadata: Metadata; peer: string; thrown: unknown };

/** `needOf` a path, `/package.Service/Method`. */
export const guardCalls =
  (
    access: Access,
    { needOf, onRefused }: { needOf(path: string): Need; onRefused(refused: Refused): void },
  ): ServerInterceptor =>
  ({ path }, call) => {
    const need = needOf(path);
    if (need === 'nothing') return new ServerInterceptingCall(call);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const authorization = metadata.get('authorization')[0]?.toString();
        const peer = addressOf(call.getPeer());
        access.admit(authorization, need, peer).then(
          (caller) => {
            if (caller) callers.set(metadata, caller);
            next(metadata);
          },
          (thrown) => {
            onRefused({ path, metadata, peer, thrown });
            call.sendStatus(toServiceError(thrown));
          },
        );
      })
      .build();
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    );
  };

/** Without the port, which is another for each connection. */
export const addressOf = (peer: string): string => peer.replace(/:\d+$/, '');
