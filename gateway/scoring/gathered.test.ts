import { expect, test } from 'vitest';
import { JOINT_NAMES } from '#platform/domain/joints.ts';
import { Gathered } from './gathered.ts';

const listen = () => {
  const told: string[] = [];
  const gathered = new Gathered({
    onBodyPart: ({ kind }) => told.push(kind),
    onJoint: (joint) => told.push(joint),
  });
  return { told, gathered };
};

test('each joint is told once, and the first word counts', () => {
  const { told, gathered } = listen();
  gathered.addJoint('pip2', { missing: 'implant' });
  gathered.addJoint('pip2', { missing: 'failed' });
  gathered.complete('deadline');
  expect(told.toSorted()).toEqual(JOINT_NAMES.toSorted());
  expect(gathered.joints.map(([joint]) => joint)).toEqual(JOINT_NAMES);
  expect(gathered.joints[6]).toEqual(['pip2', { missing: 'implant' }]);
  expect(gathered.joints[7]).toEqual(['pip3', { missing: 'deadline' }]);
});

test('what comes after the answer is heard by nobody', () => {
  const { told, gathered } = listen();
  gathered.close();
  gathered.addBodyPart({ kind: 'left-hand', turnedClockwiseDeg: 0 });
  gathered.addJoint('mcp1', { missing: 'failed' });
  expect(told).toEqual([]);
  expect(gathered.bodyPart).toBeUndefined();
});

test('the answer is whole once every joint is done, unless more time might have helped one', () => {
  const { gathered } = listen();
  gathered.addBodyPart({ kind: 'left-hand', turnedClockwiseDeg: 0 });
  for (const joint of JOINT_NAMES.slice(1)) gathered.addJoint(joint, { missing: 'off-film' });
  expect(gathered.isWhole).toBe(false);
  gathered.addJoint('mcp1', { missing: 'failed' });
  expect(gathered.isWhole).toBe(true);

  for (const reason of ['deadline', 'unavailable'] as const) {
    const late = listen().gathered;
    late.addBodyPart({ kind: 'left-hand', turnedClockwiseDeg: 0 });
    late.complete(reason);
    expect(late.isWhole).toBe(false);
  }
});
