/** The configuration of the nats-server that is started where the mesh has certificates: TLS, and each role its subjects. */
import { natsUsers } from '#platform/bus/nats-users.ts';
import { certificateOf } from './certificates.ts';

export function natsConfig(tlsFolder: string): string {
  const { cert, key, ca } = certificateOf(tlsFolder, 'nats');
  return `tls: {
  cert_file: ${JSON.stringify(cert)}
  key_file: ${JSON.stringify(key)}
  ca_file: ${JSON.stringify(ca)}
  # Who connects is the user whose name is in its certificate.
  verify_and_map: true
}
${natsUsers()}`;
}
