// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { applySuggestion, rankSuggestions, withCaret } from './suggestions.ts';

const range = { start: 2, end: 4 };
const candidates = ['cart', 'shopping-cart', 'catalog'].map((label) => ({ label, detail: '', insert: label }));

test('what begins with the prefix comes first', () => {
  expect(rankSuggestions(candidates, 'ca', range).map(({ label }) => label)).toEqual([
    'cart',
    'catalog',
    'shopping-cart',
  ]);
  expect(rankSuggestions(candidates, '"CART', range).map(({ label }) => label)).toEqual(['cart', 'shopping-cart']);
  expect(rankSuggestions(candidates, 'catalog', range)).toEqual([]);
});

test('a suggestion replaces its range and puts the caret where it says', () => {
  const suggestion = { label: '', detail: '', range };
  expect(applySuggestion('{ ca }', { ...suggestion, insert: 'cart' })).toEqual({ text: '{ cart }', caret: 6 });
  expect(applySuggestion('{ ca }', { ...suggestion, insert: withCaret('avg(', ')') })).toEqual({
    text: '{ avg() }',
    caret: 6,
  });
});
