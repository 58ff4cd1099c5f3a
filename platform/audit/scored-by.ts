/** What the audit says of one radiograph's scores: how many there are, and by which models. */
import type { AuditEntry } from './audit.ts';

export type ScoredBy = {
  /** Of each joint that got a score. */
  add(model: { name: string; version: string } | undefined): void;
  entry(): Pick<AuditEntry, 'scored' | 'models'>;
};

export function createScoredBy(): ScoredBy {
  const models: string[] = [];
  return {
    add: (model) => void models.push(`${model?.name}:${model?.version}`),
    entry: () => ({ models: [...new Set(models)], scored: models.length }),
  };
}
