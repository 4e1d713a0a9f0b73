// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { findAttribute, findText } from './attributes.ts';
import { formatAttributeValue, formatDuration, formatGoDuration } from './format.ts';
import type { AttributeValue } from './model.ts';

const S = 1e9;

test.each<[number | bigint, string]>([
  [0, '0 ns'],
  [0.25, '0.25 ns'],
  [512, '512 ns'],
  [999.4, '999 ns'],
  [999.6, '1 \u00b5s'],
  [860_000, '860 \u00b5s'],
  [999_499, '999 \u00b5s'],
  [999_600, '1 ms'],
  [1_240_000, '1.24 ms'],
  [12_345_678, '12.3 ms'],
  [123_456_789, '123 ms'],
  [1_236_000_000n, '1.24 s'],
  [59.9 * S, '59.9 s'],
  [59.96 * S, '1 m'],
  [125 * S, '2 m 5 s'],
  [3599.4 * S, '59 m 59 s'],
  [3599.6 * S, '1 h'],
  [12_000 * S, '3 h 20 m'],
  [52 * 3600 * S, '2 d 4 h'],
  [86_399 * S, '1 d'],
  [-1_500, '-1.5 \u00b5s'],
])('%s ns reads as %s', (nanos, expected) => {
  expect(formatDuration(nanos)).toBe(expected);
});

test.each<[number | bigint, string]>([
  [0, '0s'],
  [17, '17ns'],
  [1_500, '1.5us'],
  [2_000_000, '2ms'],
  [2_000_001, '2.000001ms'],
  [1_500_000_000, '1.5s'],
  [1_000_000_001n, '1.000000001s'],
  [90n * 1_000_000_000n, '1m30s'],
  [3_600_000_000_000n, '1h0m0s'],
  [7_200_500_000_000n, '2h0m0.5s'],
  [-2_000_000n, '-2ms'],
])('%s ns in Go notation is %s', (nanos, expected) => {
  expect(formatGoDuration(nanos)).toBe(expected);
});

describe('attribute values', () => {
  let deep: AttributeValue = 'bottom';
  for (let i = 0; i < 20; i++) {
    deep = [deep];
  }
  test.each<[AttributeValue, string]>([
    ['plain "text"', 'plain "text"'],
    [true, 'true'],
    [-5n, '-5'],
    [2.5, '2.5'],
    [null, ''],
    [Uint8Array.of(0, 255), '0x00ff'],
    [['a', 1n, null], '["a", 1, null]'],
    [{ entries: [{ key: 'a', value: [true] }] }, '{a: [true]}'],
    [[], '[]'],
    [deep, `${'['.repeat(16)}...${']'.repeat(16)}`],
  ])('%#: %s', (value, expected) => {
    expect(formatAttributeValue(value)).toBe(expected);
  });

  test('are found by key, the first one', () => {
    const attributes = [
      { key: 'a', value: 1n },
      { key: 'b', value: 'text' },
      { key: 'a', value: 2n },
      { key: 'empty', value: '' },
    ];
    expect(findAttribute(attributes, 'a')).toBe(1n);
    expect(findAttribute(attributes, 'c')).toBeUndefined();
    expect(findText(attributes, 'b')).toBe('text');
    expect(findText(attributes, 'a')).toBeUndefined();
    expect(findText(attributes, 'empty')).toBeUndefined();
  });
});
