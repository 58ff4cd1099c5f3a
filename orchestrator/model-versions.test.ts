import { describe, expect, test } from 'vitest';
import { chooseVersions, versionShares } from './model-versions.ts';

const read = (text: string) => versionShares('NAME', '').parse(text);

test('shares are read as they are written', () => {
  expect(read('joint-scoring=1:90,2:10; body-part=3')).toEqual({
    'joint-scoring': [
      { version: '1', parts: 90 },
      { version: '2', parts: 10 },
    ],
    'body-part': [{ version: '3', parts: 1 }],
  });
  expect(read('')).toEqual({});
});

test.each([
  'joint-scoring',
  'joint-scoring=',
  'joint-scoring=latest',
  'joint-scoring=1:0',
  '=1',
  'joint-scoring=1:x',
])('what makes no sense is told how to write it: %s', (text) => {
  expect(() => read(text)).toThrow(/is not model=version/);
});

test('a share of a model that is not there is told', () => {
  expect(() => read('joint-scorin=1')).toThrow(/there is no model joint-scorin; there are body-part, /);
});

describe('a radiograph gets', () => {
  const shares = read('joint-scoring=1:90,2:10');

  test('each version as often as its share says', () => {
    const at = (random: number) => chooseVersions(shares, {}, () => random)['joint-scoring'];
    const chosen = Array.from({ length: 100 }, (_, index) => at(index / 100));
    expect(chosen.filter((version) => version === '2')).toHaveLength(10);
  });

  test('the version that its caller pins, whatever the shares are', () => {
    expect(chooseVersions(shares, { 'joint-scoring': '7' }, () => 0)).toEqual({ 'joint-scoring': '7' });
    expect(chooseVersions({}, { 'body-part': '2' })).toEqual({ 'body-part': '2' });
  });

  test('no version of a share of nothing', () => {
    const none = read('joint-scoring=1:0,2:1');
    expect(chooseVersions(none, {}, () => 0)).toEqual({ 'joint-scoring': '2' });
  });
});
