import { expect, test } from 'vitest';
import { jointToProto } from '#platform/domain/joints.ts';
import type { Dispatched, Report, Scored } from '#proto/deepxray/bus/v1/bus.ts';
import { MissingReason } from '#proto/deepxray/v1/scoring.ts';
import { soundReport } from './sound-report.ts';

const JOINT = jointToProto('mcp2');
const SCORED: Scored = {
  joint: JOINT,
  probabilities: [0.5, 0.5, 0, 0, 0, 0],
  erosionPercent: 3,
  scorable: 1,
  model: { name: 'joint-scoring', version: '1' },
  attempt: 1,
};
const DISPATCHED: Dispatched = {
  position: {
    joint: JOINT,
    x: 10,
    y: 20,
    axisX: undefined,
    axisY: undefined,
    handScale: undefined,
    confidence: 1,
    given: false,
  },
  cropSide: 72,
  cutAtMs: 0,
  attempt: 1,
};
const FAILED: NonNullable<Report['report']> = {
  $case: 'missing',
  value: { joint: JOINT, reason: MissingReason.MISSING_REASON_FAILED, attempt: 1 },
};

test.each([
  ['not numbers', { probabilities: Array(6).fill(Number.NaN) }],
  ['none', { probabilities: [] }],
  ['of five grades', { probabilities: [1, 0, 0, 0, 0] }],
  ['no shares of one', { probabilities: [1, 1, 0, 0, 0, 0] }],
  ['below zero', { probabilities: [2, -1, 0, 0, 0, 0] }],
  ['with more than all of the bone gone', { erosionPercent: 900 }],
  ['with a share that is no number', { erosionPercent: Number.NaN }],
])('a score whose probabilities are %s is a failure of its joint, and no grade', (_, wrong) => {
  expect(soundReport({ $case: 'scored', value: { ...SCORED, ...wrong } })).toEqual(FAILED);
});

test.each([
  ['at no number', { position: { ...DISPATCHED.position!, x: Number.NaN } }],
  ['of no size', { cropSide: 0 }],
  ['without end', { cropSide: Number.POSITIVE_INFINITY }],
])('a joint whose crop lies %s is a failure, and no place', (_, wrong) => {
  expect(soundReport({ $case: 'dispatched', value: { ...DISPATCHED, ...wrong } })).toEqual(FAILED);
});

test('what a model can have said is passed on as it is, a hair beside one included', () => {
  const sound = [
    { $case: 'scored', value: SCORED },
    {
      $case: 'scored',
      value: { ...SCORED, probabilities: [1.000_01, -1e-7, 0, 0, 0, 0], erosionPercent: 100.000_01 },
    },
    { $case: 'dispatched', value: DISPATCHED },
    FAILED,
  ] satisfies NonNullable<Report['report']>[];
  for (const said of sound) expect(soundReport(said)).toBe(said);
});
