import { randomId } from './random-id.ts';

/** A request's id goes into logs, headers, metadata and messages as it is: only what is safe in all of them is taken. */
const TAKEN = /^[A-Za-z0-9._~-]{1,128}$/;

export const isRequestId = (text: unknown): text is string => typeof text === 'string' && TAKEN.test(text);

/** The client's, if it is one; else a new one. */
export const requestIdFrom = (given: unknown): string => (isRequestId(given) ? given : randomId());
