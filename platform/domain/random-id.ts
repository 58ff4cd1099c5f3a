/** 128 random bits in 32 hex digits, as ids of requests, traces and radiographs have them. */
import { randomBytes } from 'node:crypto';

export const randomId = (): string => randomBytes(16).toString('hex');
