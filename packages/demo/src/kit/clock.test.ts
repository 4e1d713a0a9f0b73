// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { HrTime } from '@opentelemetry/api';
import { stableNumber } from './chance.ts';
import { addTime, createClock, epochOffset } from './clock.ts';

test.each<[HrTime, HrTime, HrTime]>([
  [
    [5, 1],
    [0, 2],
    [5, 3],
  ],
  [
    [5, 999_999_999],
    [0, 2],
    [6, 1],
  ],
  [
    [5, 1],
    [-1, -2],
    [3, 999_999_999],
  ],
  [
    [5, 0],
    [0, -1_000_000_000],
    [4, 0],
  ],
])('%j plus %j', (time, more, expected) => {
  expect(addTime(time, more)).toEqual(expected);
});

test('the clock follows the system, however wrong its offset is', () => {
  const before = Date.now();
  for (const offset of [epochOffset(), 0n]) {
    const [seconds, nanos] = createClock(offset)();
    expect(Math.abs(seconds * 1000 + nanos / 1e6 - before)).toBeLessThan(10_000);
  }
});

test('stable numbers are', () => {
  expect(stableNumber('u-1', 1000)).toBe(stableNumber('u-1', 1000));
  expect(new Set(Array.from({ length: 50 }, (_, i) => stableNumber(`u-${i}`, 6))).size).toBe(6);
});
