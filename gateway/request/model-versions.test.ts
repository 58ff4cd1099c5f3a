import { expect, test } from 'vitest';
import { readModelVersions } from './model-versions.ts';

test.each([
  [undefined, {}],
  ['joint-scoring:1', { 'joint-scoring': '1' }],
  ['joint-scoring:12,body-part:3', { 'joint-scoring': '12', 'body-part': '3' }],
  [['joint-scoring:1', 'body-part:3'], { 'joint-scoring': '1', 'body-part': '3' }],
])('?modelVersions=%s pins what it names', (modelVersions, versions) => {
  expect(readModelVersions(modelVersions === undefined ? {} : { modelVersions })).toEqual(versions);
});

test.each([
  '',
  'joint-scoring',
  'joint-scoring:',
  'joint-scoring:latest',
  'joint-scoring:0',
  'joint-scoring:-1',
  'joint-scoring:1.0',
  'joint-scoring:1,',
  'joint-scoring:1, body-part:1',
  'joint-scoring=1',
  'joint-scoring:1,joint-scoring:2',
  '__proto__:1',
  ['joint-scoring:1', 'joint-scoring:1'],
])('?modelVersions=%s is nonsense', (modelVersions) => {
  expect(() => readModelVersions({ modelVersions })).toThrow(
    expect.objectContaining({ code: 'bad-request' }),
  );
});

test('a pin under another name is told, not ignored', () => {
  expect(() => readModelVersions({ modelversions: 'joint-scoring:1' })).toThrow(
    expect.objectContaining({ code: 'unknown-field' }),
  );
});
