import { expect, test } from 'vitest';
import { JOINT_NAMES, jointToProto } from '#platform/domain/joints.ts';
import type { Report } from '#proto/deepxray/bus/v1/bus.ts';
import { type Joint, MissingReason } from '#proto/deepxray/v1/scoring.ts';
import { Ledger } from './ledger.ts';

const PATIENCE = { extractionMs: 1000, scoringMs: 500 };
const MCP2 = jointToProto('mcp2');

const dispatched = (joint: Joint, attempt = 0): NonNullable<Report['report']> => ({
  $case: 'dispatched',
  value: {
    position: {
      joint,
      x: 10,
      y: 20,
      axisX: 0,
      axisY: -1,
      handScale: 100,
      confidence: 0.9,
      given: false,
    },
    cropSide: 72,
    cutAtMs: 0,
    attempt,
  },
});

const scored = (joint: Joint, erosionPercent = 0, attempt = 0): NonNullable<Report['report']> => ({
  $case: 'scored',
  value: {
    joint,
    probabilities: [1, 0, 0, 0, 0, 0],
    erosionPercent,
    scorable: 1,
    model: { name: 'joint-scoring', version: '1' },
    attempt,
  },
});

const missing = (joint: Joint, reason: MissingReason, attempt = 0): NonNullable<Report['report']> => ({
  $case: 'missing',
  value: { joint, reason, attempt },
});

test('a joint is done when its place and its score are both there, in either order', () => {
  const ledger = new Ledger(['mcp2', 'pip2'], 0);
  expect(ledger.apply(dispatched(MCP2), 1)).toBeUndefined();
  expect(ledger.apply(scored(MCP2), 2)?.joint).toBe('mcp2');
  expect(ledger.apply(scored(jointToProto('pip2')), 3)).toBeUndefined();
  expect(ledger.apply(dispatched(jointToProto('pip2')), 4)?.joint).toBe('pip2');
  expect(ledger.isComplete).toBe(true);
});

test('the first score for a joint wins: duplicates and late ones are counted and dropped', () => {
  const ledger = new Ledger(['mcp2'], 0);
  ledger.apply(dispatched(MCP2), 1);
  ledger.apply(scored(MCP2, 10), 2);
  expect(ledger.apply(scored(MCP2, 90), 3)).toBeUndefined();
  expect(ledger.apply(missing(MCP2, MissingReason.MISSING_REASON_UNSCORABLE), 4)).toBeUndefined();
  expect(ledger.outcomes().get('mcp2')).toMatchObject({ scored: { erosionPercent: 10 } });
  expect(ledger.dropped).toBe(2);
});

test('a reason of the film itself is final; a failure of a pod is not', () => {
  const ledger = new Ledger(['mcp2', 'pip2'], 0);
  expect(ledger.apply(missing(MCP2, MissingReason.MISSING_REASON_OFF_FILM), 1)?.joint).toBe('mcp2');
  expect(ledger.apply(missing(jointToProto('pip2'), MissingReason.MISSING_REASON_FAILED), 1)).toBeUndefined();
  expect(ledger.lost(1, PATIENCE)).toEqual({ failed: ['pip2'], overdue: [] });
});

test('a pod that says its time is up closes nothing: its clock may be fast, and a score may still come', () => {
  const ledger = new Ledger(['mcp2'], 0);
  ledger.apply(dispatched(MCP2), 1);
  expect(ledger.apply(missing(MCP2, MissingReason.MISSING_REASON_DEADLINE), 2)).toBeUndefined();
  expect(ledger.lost(2, PATIENCE)).toEqual({ failed: [], overdue: [] });
  expect(ledger.apply(scored(MCP2), 3)?.joint).toBe('mcp2');
});

test('a crop that nobody answers is overdue after the patience for scoring, and not before', () => {
  const ledger = new Ledger(['mcp2'], 0);
  ledger.apply(dispatched(MCP2), 100);
  expect(ledger.lost(600, PATIENCE).overdue).toEqual([]);
  expect(ledger.lost(601, PATIENCE).overdue).toEqual(['mcp2']);
  expect(ledger.apply(scored(MCP2), 700)?.joint).toBe('mcp2');
});

test('a joint asked for again keeps its place, so that it need not be found twice', () => {
  const ledger = new Ledger(['mcp2'], 0);
  ledger.apply(dispatched(MCP2), 0);
  expect(ledger.askedAgain('mcp2', 501)).toMatchObject({ x: 10, y: 20, handScale: 100 });
  expect(ledger.attemptsOf('mcp2')).toBe(1);
  expect(ledger.lost(502, PATIENCE)).toEqual({ failed: [], overdue: [] });
});

test('a score of an earlier try still counts, its failure does not', () => {
  const ledger = new Ledger(['mcp2'], 0);
  ledger.apply(dispatched(MCP2), 0);
  ledger.askedAgain('mcp2', 501);
  ledger.apply(missing(MCP2, MissingReason.MISSING_REASON_FAILED, 0), 502);
  expect(ledger.lost(503, PATIENCE).failed).toEqual([]);
  expect(ledger.apply(scored(MCP2, 0, 0), 504)?.joint).toBe('mcp2');
});

test('at the deadline every joint has an outcome: done ones keep theirs, the rest say deadline', () => {
  const ledger = new Ledger(JOINT_NAMES, 0);
  ledger.apply(dispatched(MCP2), 1);
  ledger.apply(scored(MCP2), 2);
  expect(ledger.close(MissingReason.MISSING_REASON_DEADLINE)).toHaveLength(9);
  expect([...ledger.outcomes().keys()]).toEqual([...JOINT_NAMES]);
  expect(ledger.outcomes().get('mcp2')).toHaveProperty('scored');
  expect(ledger.isComplete).toBe(true);
});

test('a report of a joint that was not asked for changes nothing', () => {
  const ledger = new Ledger(['mcp2'], 0);
  expect(ledger.apply(scored(jointToProto('mcp5')), 1)).toBeUndefined();
  expect(ledger.apply(scored(99 as Joint), 1)).toBeUndefined();
  expect(ledger.dropped).toBe(2);
});
