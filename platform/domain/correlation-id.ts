/** One radiograph's request, in every message about it: a `randomId`. */
export const isCorrelationId = (text: unknown): text is string =>
  typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
