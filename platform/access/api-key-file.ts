/**
 * The file of API keys: of each its name, its scopes and a salted hash. A key's secret is 256 random bits, which
 * nobody guesses however fast the hash is, so it is SHA-256 (HMAC, the salt its key) and not one for passwords.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Caller, isScope, type Scope } from './scopes.ts';

export type ApiKeyRecord = {
  /** 12 hex digits. */
  id: string;
  /** Who has it: what the audit says. */
  name: string;
  scopes: Scope[];
  /** In hex. */
  salt: string;
  hash: string;
  created: string;
  /** ISO time from which it holds no longer. */
  expires?: string;
};

const KEY = /^dxr_([0-9a-f]{12})_([0-9a-f]{64})$/;

/** What tells a key from a token. */
export const isApiKey = (credential: string): boolean => credential.startsWith('dxr_');

export function makeApiKey(of: { name: string; scopes: Scope[]; expires?: string | undefined }): {
  /** To be shown once. */
  key: string;
  record: ApiKeyRecord;
} {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('hex');
  const salt = randomBytes(16).toString('hex');
  const { name, scopes, expires } = of;
  const hash = hashOf(secret, salt).toString('hex');
  const created = new Date().toISOString();
  return {
    key: `dxr_${id}_${secret}`,
    record: { id, name, scopes, salt, hash, created, ...(expires === undefined ? {} : { expires }) },
  };
}

/** The caller whose key it is; undefined where it is nobody's, or holds no longer. */
export function callerOfKey(
  credential: string,
  records: ReadonlyMap<string, ApiKeyRecord>,
  now = Date.now(),
): Caller | undefined {
  const [, id, secret] = KEY.exec(credential) ?? [];
  const record = id === undefined ? undefined : records.get(id);
  if (!record || secret === undefined) return undefined;
  if (!timingSafeEqual(hashOf(secret, record.salt), Buffer.from(record.hash, 'hex'))) return undefined;
  if (record.expires !== undefined && Date.parse(record.expires) <= now) return undefined;
  return { subject: record.name, by: 'api-key', scopes: new Set(record.scopes) };
}

/** Throws an Error that says which key makes no sense. */
export function parseApiKeys(text: string): Map<string, ApiKeyRecord> {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('it has no list "keys"');
  for (const [index, key] of keys.entries()) {
    if (!isRecord(key)) throw new Error(`its key number ${index + 1} makes no sense`);
  }
  return new Map((keys as ApiKeyRecord[]).map((key) => [key.id, key]));
}

export const formatApiKeys = (records: Iterable<ApiKeyRecord>): string =>
  `${JSON.stringify({ keys: [...records] }, null, 2)}\n`;

function isRecord(value: unknown): value is ApiKeyRecord {
  const { id, name, scopes, salt, hash, expires } = (value ?? {}) as Record<string, unknown>;
  const isHex = (text: unknown, digits: number) =>
    typeof text === 'string' && text.length === digits && /^[0-9a-f]+$/.test(text);
  return (
    isHex(id, 12) &&
    typeof name === 'string' &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string' && isScope(scope)) &&
    isHex(salt, 32) &&
    isHex(hash, 64) &&
    (expires === undefined || !Number.isNaN(Date.parse(String(expires))))
  );
}

const hashOf = (secret: string, salt: string): Buffer =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(secret).digest();
