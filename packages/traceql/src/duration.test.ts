// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { formatDuration, tryParseDuration } from './duration.ts';

describe('tryParseDuration', () => {
  test.each([
    ['1ns', 1n],
    ['1us', 1_000n],
    ['1\u00b5s', 1_000n],
    ['1\u03bcs', 1_000n],
    ['1ms', 1_000_000n],
    ['1s', 1_000_000_000n],
    ['1m', 60_000_000_000n],
    ['1h', 3_600_000_000_000n],
    ['1d', 86_400_000_000_000n],
    ['1w', 604_800_000_000_000n],
    ['1y', 31_536_000_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['.5s', 500_000_000n],
    ['1.s', 1_000_000_000n],
    ['0.0000000019s', 1n],
    ['9223372036854775807ns', 9_223_372_036_854_775_807n],
    ['9223372036854775808ns', undefined],
    ['300y', undefined],
  ])('%s', (text, nanoseconds) => {
    expect(tryParseDuration(text)).toBe(nanoseconds);
  });
});

describe('formatDuration', () => {
  test.each([
    [0n, '0s'],
    [1n, '1ns'],
    [999n, '999ns'],
    [1_500n, '1.5us'],
    [100_000_000n, '100ms'],
    [1_050_000_000n, '1.05s'],
    [-1_500_000n, '-1.5ms'],
    [59_999_999_999n, '59.999999999s'],
    [60_000_000_000n, '1m'],
    [90_500_000_000n, '1m30.5s'],
    [5_400_000_000_000n, '1h30m'],
    [3_600_000_000_001n, '1h0.000000001s'],
    [86_400_000_000_000n, '24h'],
  ])('%s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });

  test('parses back to the same value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (nanoseconds) => {
        expect(tryParseDuration(formatDuration(nanoseconds))).toBe(nanoseconds);
      })
    );
  });
});
