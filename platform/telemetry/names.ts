/** The processes, and the names of the schema that code takes. */
export { ATTRIBUTE } from './schema/attributes.ts';

export const ROLES = [
  'gateway',
  'orchestrator',
  'body-part',
  'joint-extraction',
  'joint-scoring',
  'model-server',
] as const;
/** `service.name` of a process. */
export type Role = (typeof ROLES)[number];
