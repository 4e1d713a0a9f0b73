// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import {
  cellNanos,
  cellOpacity,
  cellPosition,
  cellRange,
  durationLiteral,
  durationTicks,
  greatestCount,
  thinDots,
} from './heatmap-geometry.ts';

describe('positions', () => {
  test.each([
    [0, 0],
    [0.5, 0],
    [1, 0],
    [2, 4],
    [16, 16],
  ])('%d ns is at %d', (nanos, position) => {
    expect(cellPosition(nanos)).toBeCloseTo(position);
  });
  test('cellNanos undoes cellPosition', () => {
    for (const nanos of [1, 17, 1e6, 3.3e9]) {
      expect(cellNanos(cellPosition(nanos))).toBeCloseTo(nanos, -Math.log10(nanos) + 6);
    }
  });
});

test('the range has room around the cells that are used', () => {
  expect(cellRange([[[10, 1, 0]], [[20, 3, 1]]])).toEqual({ min: 9, max: 22 });
  expect(cellRange([[[0, 1, 0]]])).toEqual({ min: 0, max: 2 });
  expect(cellRange([])).toEqual({ min: 79, max: 107 });
});

test('ticks are round durations, thinned', () => {
  const range = { min: cellPosition(1e6), max: cellPosition(1e9) };
  expect(durationTicks(range, 10).map((position) => Math.round(cellNanos(position)))).toEqual([1e6, 1e7, 1e8, 1e9]);
  expect(durationTicks(range, 2).map((position) => Math.round(cellNanos(position)))).toEqual([1e6, 1e8]);
});

test('opacity grows with the logarithm of the count', () => {
  expect(cellOpacity(0, 10)).toBe(0);
  expect(cellOpacity(1, 1)).toBe(0.6);
  expect(cellOpacity(10, 10)).toBe(1);
  expect(cellOpacity(1, 1000)).toBeGreaterThan(0.2);
  expect(greatestCount([[[1, 4, 0]], [[2, 9, 1]]])).toBe(9);
});

test.each([
  [1_234_567, 'down', '1.23ms'],
  [1_234_567, 'up', '1.24ms'],
  [2_000_000_000, 'up', '2s'],
  [123_456_789_000, 'down', '123s'],
  [999, 'down', '999ns'],
  [0.4, 'up', '1ns'],
  [1500, 'up', '1.5us'],
] as const)('%d ns rounded %s is %s', (nanos, round, text) => {
  expect(durationLiteral(nanos, round)).toBe(text);
});

test('of dots too near to each other the more important one stays, and no more than asked for', () => {
  const dot = (item: string, left: number, top: number) => ({ item, left, top });
  const dots = [dot('failed', 10, 10), dot('near it', 14, 12), dot('far', 10, 40), dot('near both', 10, 25)];
  expect(thinDots(dots, 16, 9).map(({ item }) => item)).toEqual(['failed', 'far']);
  expect(thinDots(dots, 16, 1)).toHaveLength(1);
});
