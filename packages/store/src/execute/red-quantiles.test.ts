// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from '@jest/globals';
import { CellDurations, CELLS, percents, quantileTargets } from './red-quantiles.ts';

/** Durations of one bucket, by cell. */
function quantilesOf(bucket: number, cells: ReadonlyMap<number, readonly number[]>): number[] {
  const counts = new Map([...cells].map(([cell, values]) => [bucket * CELLS + cell, values.length]));
  const targets = quantileTargets(counts);
  const durations = new CellDurations(targets, counts);
  for (const [cell, values] of cells) {
    values.forEach((value) => durations.add(bucket * CELLS + cell, value));
  }
  return targets.map((target) => durations.rank(target));
}

describe('quantiles of cells', () => {
  test.each([
    ['one', [7], [7, 7, 7]],
    ['two', [7, 9], [7, 9, 9]],
    ['ten', [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], [5, 9, 10]],
    ['a hundred', Array.from({ length: 100 }, (_, i) => 100 - i), [50, 90, 99]],
    ['a hundred and one', Array.from({ length: 101 }, (_, i) => i + 1), [51, 91, 100]],
  ])('%s', (_, values, expected) => {
    // Cells of ten: the order of cells is that of the durations, within them there is none.
    const cells = new Map<number, number[]>();
    values.forEach((value) => {
      const cell = Math.floor((value - 1) / 10);
      cells.set(cell, [...(cells.get(cell) ?? []), value]);
    });
    expect(quantilesOf(3, cells)).toEqual(expected);
  });

  test('each bucket has its own, and an empty one none', () => {
    const counts = new Map([
      [2 * CELLS + 9, 4],
      [5 * CELLS + 1, 1],
    ]);
    expect(
      quantileTargets(counts).map(({ bucket, percent, key, rank }) => [bucket, percent, key % CELLS, rank])
    ).toEqual([
      ...percents.map((percent) => [2, percent, 9, percent === 50 ? 2 : 4]),
      ...percents.map((percent) => [5, percent, 1, 1]),
    ]);
  });

  test('reads only the cells that hold one', () => {
    const counts = new Map([
      [0, 1],
      [1, 40],
      [2, 1],
      [3, 38],
      [4, 20],
    ]);
    const durations = new CellDurations(quantileTargets(counts), counts);
    expect(durations.keys).toEqual([3, 4]);
    expect(durations.expected).toBe(58);
  });
});
