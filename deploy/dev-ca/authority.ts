/** A certificate authority for development, and the certificates that it signs: ECDSA on P-256, as PEM. */
// What @peculiar/x509 is built on asks for it before anything else.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as never);

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60_000;
/** A clock that is a little behind must not refuse what was signed just now. */
const BACKDATED_MS = 5 * 60_000;

type Key = webcrypto.CryptoKey;

export type Pem = { cert: string; key: string };

export type Authority = {
  pem: Pem;
  /** `names`: DNS names and IP addresses; the first is the role. */
  sign(of: { names: readonly string[]; days: number }): Promise<Pem>;
};

export async function createAuthority({ days }: { days: number }): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: ['DeepXRay development authority'] }],
    serialNumber: newSerial(),
    ...validity(days),
    keys,
    signingAlgorithm: KEY,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(certificate, keys.privateKey, {
    cert: certificate.toString('pem'),
    key: await pemOf(keys.privateKey),
  });
}

/** One that was made before. */
export async function readAuthority(pem: Pem): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(pem.key);
  const key = await webcrypto.subtle.importKey('pkcs8', der, KEY, false, ['sign']);
  return authorityOf(new x509.X509Certificate(pem.cert), key, pem);
}

function authorityOf(certificate: x509.X509Certificate, signingKey: Key, pem: Pem): Authority {
  return {
    pem,
    async sign({ names, days }) {
      const keys = await newKeys();
      const signed = await x509.X509CertificateGenerator.create({
        subject: [{ CN: [names[0]!] }],
        issuer: certificate.subject,
        serialNumber: newSerial(),
        ...validity(days),
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: KEY,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          // Each role listens (its admin port, if nothing else) and calls.
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.serverAuth,
            x509.ExtendedKeyUsage.clientAuth,
          ]),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
          await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return { cert: signed.toString('pem'), key: await pemOf(keys.privateKey) };
    },
  };
}

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name);

const newKeys = async () =>
  (await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;

const newSerial = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex');

const validity = (days: number) => ({
  notBefore: new Date(Date.now() - BACKDATED_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

const pemOf = async (key: Key): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
