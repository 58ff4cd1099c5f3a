/** Lets in calls of those roles alone that have anything to ask here, by the name in the certificate of who is connected. */
import {
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import { DeepXRayError } from '../errors/code.ts';
import { toServiceError } from '../errors/grpc-status.ts';

/** Of a server with an identity. Who comes by a Unix socket has no address and is in the pod: that is let in. */
export const guardPeers =
  (roles: readonly string[]): ServerInterceptor =>
  (_method, call) => {
    if (call.getConnectionInfo().remoteAddress === undefined) return new ServerInterceptingCall(call);
    const names = dnsNamesOf(call.getAuthContext().sslPeerCertificate?.subjectaltname);
    if (roles.some((role) => names.includes(role))) return new ServerInterceptingCall(call);
    const refusal = new DeepXRayError('forbidden', 'The role in your certificate has nothing to ask here.');
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata(() => call.sendStatus(toServiceError(refusal)))
      .build();
    return new ServerInterceptingCall(
      call,
      new ResponderBuilder().withStart((next) => next(listener)).build(),
    );
  };

/** From `DNS:gateway, DNS:localhost, IP Address:127.0.0.1`. */
const dnsNamesOf = (alternatives = ''): string[] =>
  alternatives
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice('DNS:'.length));
