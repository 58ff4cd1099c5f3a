import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

test('a quiet mesh may ask again for two radiographs, then only for a tenth of what it asks', () => {
  const budget = new RetryBudget();
  let taken = 0;
  while (budget.take()) taken++;
  expect(taken).toBe(20);
  budget.deposit(100);
  taken = 0;
  while (budget.take()) taken++;
  expect(taken).toBe(10);
});
