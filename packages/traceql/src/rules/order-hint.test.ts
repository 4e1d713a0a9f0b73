// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { parseQuery } from '../parser/parse-query.ts';
import { orderOf } from './order-hint.ts';

test.each([
  ['{}', undefined],
  ['{} with(most_recent = true)', undefined],
  ['{} with(order = "slowest")', 'slowest'],
  ['{} with(order = "slowest") with(order = "most-errors")', 'most-errors'],
  ['{} with(order = "oldest")', undefined],
  ['{} with(order = true)', undefined],
])('%s', (text, expected) => {
  expect(orderOf(parseQuery(text))).toBe(expected);
});
