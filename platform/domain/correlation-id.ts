/** One radiograph's request, in every message about it: 128 random bits in hex. */
import { randomBytes } from 'node:crypto';

export const newCorrelationId = (): string => randomBytes(16).toString('hex');

export const isCorrelationId = (text: unknown): text is string =>
  typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
