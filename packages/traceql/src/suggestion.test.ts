// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { didYouMean, suggestionsFor } from './suggestion.ts';

describe('suggestionsFor', () => {
  const words = ['name', 'status', 'statusMessage', 'duration', 'rate', 'kind'];
  test.each([
    ['nam', ['name']],
    ['naem', ['name']],
    ['NAME', ['name']],
    ['statsu', ['status']],
    ['durration', ['duration']],
    ['xyz', []],
    ['', []],
  ])('%s', (input, expected) => {
    expect(suggestionsFor(input, words)).toEqual(expected);
  });

  test('gives the closest three, then in alphabetical order', () => {
    expect(suggestionsFor('abcd', ['abcx', 'abxd', 'axcd', 'xbcd', 'abcd'])).toEqual(['abcd', 'abcx', 'abxd']);
    expect(suggestionsFor('abcd', ['xbcd', 'abxd', 'abcx'])).toEqual(['abcx', 'abxd', 'xbcd']);
  });
});

describe('didYouMean', () => {
  test.each([
    [[], undefined],
    [['a'], 'Did you mean a?'],
    [['a', 'b'], 'Did you mean a or b?'],
    [['a', 'b', 'c'], 'Did you mean a, b or c?'],
  ])('%j', (suggestions, expected) => {
    expect(didYouMean(suggestions)).toBe(expected);
  });
});
