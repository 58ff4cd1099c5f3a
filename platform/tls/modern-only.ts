/** What TLS of ours speaks, to whomever: versions and suites that have no known weakness. */
import tls from 'node:tls';

/** TLS 1.3's, then of 1.2 only what keeps past traffic secret when a key is lost, and is authenticated (RFC 9325). */
const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

/** Of key exchange: first the one that a later quantum computer cannot undo, then those that everybody has. */
const GROUPS = ['X25519MLKEM768', 'X25519', 'prime256v1', 'secp384r1'];

/** For the whole process: servers and clients of HTTP, gRPC and NATS take these defaults. */
export function speakModernTlsOnly(): void {
  tls.DEFAULT_MIN_VERSION = 'TLSv1.2';
  tls.DEFAULT_CIPHERS = SUITES.join(':');
  tls.DEFAULT_ECDH_CURVE = GROUPS.join(':');
}
