// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { formatRate } from './rate.ts';

test.each([
  [0, '0'],
  [41.2, '41/s'],
  [1.04, '1/s'],
  [9.97, '10/s'],
  [0.35, '0.35/s'],
  [0.05, '3/min'],
  [0.001, '3.6/h'],
  [2500, '2.5k/s'],
  [25_000, '25k/s'],
])('%d per second is %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
