// SPDX-License-Identifier: Apache-2.0
//
// Histograms whose cells are powers of two. Cell c holds values in (2^(c-1), 2^c]. Integers below 2 are in no
// cell (Tempo's rule, in nanoseconds for durations); floats are in one if they are above 0, which Tempo leaves
// out altogether.

import type { NumericValue } from '../compare.ts';

/** The cell of a value; undefined if it is in none. */
export function log2Cell(value: NumericValue): number | undefined {
  if (value.kind !== 'float') {
    return value.value < 2n ? undefined : (value.value - 1n).toString(2).length;
  }
  const number = value.value;
  if (!(number > 0) || !Number.isFinite(number)) {
    return undefined;
  }
  // The logarithm is rounded, and right beside a power of two it is rounded onto it.
  const cell = Math.ceil(Math.log2(number));
  return 2 ** cell < number ? cell + 1 : 2 ** (cell - 1) >= number ? cell - 1 : cell;
}

/** Count of values in a cell. */
export interface CellCount {
  readonly cell: number;
  readonly count: number;
}

/**
 * The `p`-quantile (0 to 1) of cells in ascending order, none of them empty; 0 for no cells. It is the upper bound of a
 * cell if that many values are in it and those below, else interpolated on the logarithmic scale between that bound and
 * the bound of the cell before.
 */
export function log2Quantile(p: number, cells: readonly CellCount[]): number {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const wanted = Math.max(1, Math.ceil(p * total));
  let below = 0;
  let before: number | undefined;
  for (const { cell, count } of cells) {
    if (below + count === wanted) {
      return 2 ** cell;
    }
    if (below + count > wanted) {
      const least = before ?? cell - 1;
      return 2 ** (least + ((cell - least) * (wanted - below)) / count);
    }
    below += count;
    before = cell;
  }
  return 0;
}
