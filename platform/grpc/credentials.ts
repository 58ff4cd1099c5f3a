/** Mutual TLS on gRPC, with certificates that change while calls go on; plain where a process has no identity. */
import { type ChannelCredentials, credentials, experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Identity } from '../tls/identity.ts';

/** Whoever calls must have a certificate of the authority, too. */
export function serverCredentialsOf(identity: Identity | undefined): ServerCredentials {
  if (!identity) return ServerCredentials.createInsecure();
  const provider = providerOf(identity);
  return experimental.createCertificateProviderServerCredentials(provider, provider, true);
}

export function channelCredentialsOf(identity: Identity | undefined): ChannelCredentials {
  if (!identity) return credentials.createInsecure();
  const provider = providerOf(identity);
  return experimental.createCertificateProviderChannelCredentials(provider, provider);
}

type Provider = experimental.CertificateProvider;

function providerOf(identity: Identity): Provider {
  const stops = new Map<unknown, () => void>();
  const follow = <T>(listener: (update: T) => void, pick: (of: Identity['current']) => T) => {
    const tell = () => listener(pick(identity.current));
    stops.set(listener, identity.onChange(tell));
    // As grpc-js' own provider does: who listens is not ready while it is being added.
    process.nextTick(tell);
  };
  const forget = (listener: unknown) => {
    stops.get(listener)?.();
    stops.delete(listener);
  };
  return {
    addCaCertificateListener: (listener) => follow(listener, ({ ca }) => (ca ? { caCertificate: ca } : null)),
    removeCaCertificateListener: forget,
    addIdentityCertificateListener: (listener) =>
      follow(listener, ({ cert, key }) => ({ certificate: cert, privateKey: key })),
    removeIdentityCertificateListener: forget,
  };
}
