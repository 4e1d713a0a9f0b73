// SPDX-License-Identifier: Apache-2.0
//
// Durations on a logarithmic scale, four cells to a power of two of nanoseconds: cell c holds durations in
// [2^(c/4), 2^((c+1)/4)), cell 0 also holds 0.

export const CELLS_PER_OCTAVE = 4;
export const MAX_CELL = 255;

/** In the last cell, and far enough from 2^64 not to be rounded onto it. */
const LONG = '17000000000000000000::UBIGINT';

/**
 * The cell of a duration, in SQL. `duration` is an expression of type UBIGINT. DuckDB's least() and greatest() would
 * cost five times as much as the logarithm.
 */
export function cellSql(duration: string): string {
  const bounded = `(CASE WHEN ${duration} < 2::UBIGINT THEN 1::UBIGINT WHEN ${duration} > ${LONG} THEN ${LONG} ELSE ${duration} END)`;
  return `floor(${CELLS_PER_OCTAVE} * log2(${bounded}::DOUBLE))::UTINYINT`;
}

/** The cell of a duration in nanoseconds. */
export function cellOf(duration: number | bigint): number {
  const value = Number(duration);
  return value <= 1 ? 0 : Math.min(MAX_CELL, Math.floor(CELLS_PER_OCTAVE * Math.log2(value)));
}

/** Counts by cell, of which quantiles can be estimated. */
export class CellHistogram {
  private readonly counts = new Map<number, number>();
  total = 0;

  add(cell: number, count: number): void {
    this.counts.set(cell, (this.counts.get(cell) ?? 0) + count);
    this.total += count;
  }

  addAll(other: CellHistogram): void {
    for (const [cell, count] of other.counts) {
      this.add(cell, count);
    }
  }

  /**
   * The q-quantile (0 to 1) in nanoseconds, interpolated on the logarithmic scale inside its cell, so at most
   * 19 % off; 0 for an empty histogram.
   */
  quantile(q: number): number {
    const cells = [...this.counts].sort(([a], [b]) => a - b);
    const rank = q * this.total;
    let before = 0;
    for (const [cell, count] of cells) {
      if (before + count >= rank) {
        return 2 ** ((cell + Math.min(1, Math.max(0, (rank - before) / count))) / CELLS_PER_OCTAVE);
      }
      before += count;
    }
    return 0;
  }
}
