// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import {
  assert,
  assertDefined,
  assertUnreachable,
  bytesToHex,
  failure,
  hexToUint128,
  hexToUint64,
  isHex,
  mergeIntervals,
  size,
  success,
  tryHexToBytes,
  uint128ToHex,
  uint64ToHex,
  unionLength,
} from './index.ts';

describe('assert', () => {
  test('passes what holds and names what does not', () => {
    expect(() => assert(true, 'fine')).not.toThrow();
    expect(() => assert(false, 'one is two')).toThrow('one is two');
    expect(assertDefined(0, 'count')).toBe(0);
    expect(() => assertDefined(undefined, 'count')).toThrow('count should be there, found undefined');
    expect(() => assertDefined(null, 'count')).toThrow('count should be there, found null');
    // @ts-expect-error a string is not never
    expect(() => assertUnreachable('odd')).toThrow('no case for "odd"');
  });
});

describe('result', () => {
  test('tells its two cases apart', () => {
    expect(success(1)).toEqual({ ok: true, value: 1 });
    expect(failure('why')).toEqual({ ok: false, error: 'why' });
  });
});

describe('hex', () => {
  test.each([
    [[], ''],
    [[0, 15, 16, 255], '000f10ff'],
  ])('%j is %s', (bytes, hex) => {
    expect(bytesToHex(Uint8Array.from(bytes))).toBe(hex);
    expect(tryHexToBytes(hex)).toEqual(Uint8Array.from(bytes));
  });

  test('takes a part of the bytes', () => {
    expect(bytesToHex(Uint8Array.of(1, 2, 3, 4), 1, 3)).toBe('0203');
  });

  test.each(['0', 'xx', '0g', 'g0', '@@', '::', '``'])('%s is not hex', (text) => {
    expect(tryHexToBytes(text)).toBeUndefined();
  });

  test('accepts upper case', () => {
    expect(tryHexToBytes('AbCdEF')).toEqual(Uint8Array.of(0xab, 0xcd, 0xef));
    expect(isHex('AbCdEF', 6)).toBe(true);
  });

  test.each([
    ['00ff', 4, true],
    ['00ff', 5, false],
    ['00fg', 4, false],
    ['', 0, true],
  ])('isHex(%s, %i) is %s', (text, digits, expected) => {
    expect(isHex(text, digits)).toBe(expected);
  });

  test.each([0n, 1n, 0xdeadbeefn, 2n ** 63n, 2n ** 64n - 1n])('%s as 64 bits and back', (value) => {
    expect(uint64ToHex(value)).toHaveLength(16);
    expect(hexToUint64(uint64ToHex(value))).toBe(value);
  });

  test('reads a signed 64-bit integer as unsigned', () => {
    expect(uint64ToHex(-1n)).toBe('ffffffffffffffff');
  });

  test('128 bits as two halves', () => {
    const hex = '0123456789abcdef00000000000000ff';
    expect(hexToUint128(hex)).toEqual({ high: 0x0123456789abcdefn, low: 0xffn });
    expect(uint128ToHex(0x0123456789abcdefn, 0xffn)).toBe(hex);
  });
});

describe('intervals', () => {
  const of = (...pairs: [number, number][]): { start: number; end: number }[] =>
    pairs.map(([start, end]) => ({ start, end }));

  test.each([
    ['nothing', of(), of()],
    ['empty ones', of([3, 3]), of()],
    ['apart', of([5, 6], [1, 2]), of([1, 2], [5, 6])],
    ['touching', of([1, 2], [2, 3]), of([1, 3])],
    ['overlapping', of([1, 4], [2, 6]), of([1, 6])],
    ['one inside another', of([1, 9], [2, 3], [8, 10]), of([1, 10])],
  ])('merges %s', (_, given, expected) => {
    expect(mergeIntervals(given)).toEqual(expected);
    expect(unionLength(given)).toBe(expected.reduce((sum, { start, end }) => sum + end - start, 0));
  });

  test('leaves its input alone', () => {
    const given = of([5, 6], [1, 2]);
    mergeIntervals(given);
    expect(given).toEqual(of([5, 6], [1, 2]));
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [999_600, '1.00 MB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5.00 PB'],
])('%d bytes', (bytes, shown) => {
  expect(size(bytes)).toBe(shown);
});
