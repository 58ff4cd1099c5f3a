import { createWaitingLine } from './waiting-line.ts';

const patient = new AbortController().signal;

/** Lets `limit` at a time in, in order of arrival. */
export function createTurnstile(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const line = createWaitingLine(limit);
  return async (work) => {
    const leave = await line.enter(patient);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
