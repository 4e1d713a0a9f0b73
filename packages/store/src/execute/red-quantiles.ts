// SPDX-License-Identifier: Apache-2.0
//
// Exact quantiles of durations by bucket of time. Counts by duration cell say in which cell a quantile lies,
// and which of the cell's durations it is; only the durations of those cells are read, a tenth of all as a rule.

/** Those that are shown, in per cent. */
export const percents = [50, 90, 99] as const;

/** Cells of a bucket; a key is `bucket * CELLS + cell`. */
export const CELLS = 256;

/** One quantile: the duration with this rank (from 1) in the cell with this key. */
export interface QuantileTarget {
  readonly bucket: number;
  readonly percent: (typeof percents)[number];
  readonly key: number;
  readonly rank: number;
}

/** Where the quantiles of all buckets lie. `counts` are spans by key. */
export function quantileTargets(counts: ReadonlyMap<number, number>): QuantileTarget[] {
  const byBucket = new Map<number, number[]>();
  for (const key of [...counts.keys()].sort((a, b) => a - b)) {
    const bucket = Math.floor(key / CELLS);
    const keys = byBucket.get(bucket);
    if (keys === undefined) {
      byBucket.set(bucket, [key]);
    } else {
      keys.push(key);
    }
  }
  return [...byBucket].flatMap(([bucket, keys]) => {
    const total = keys.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
    return percents.flatMap((percent): QuantileTarget[] => {
      // A discrete quantile: the least duration that so many spans do not exceed.
      let rank = Math.max(1, Math.ceil((total * percent) / 100));
      for (const key of keys) {
        const count = counts.get(key) ?? 0;
        if (rank <= count) {
          return [{ bucket, percent, key, rank }];
        }
        rank -= count;
      }
      return [];
    });
  });
}

/** The durations of the cells that hold quantiles, to be ranked. */
export class CellDurations {
  /** How many durations there are in all. */
  readonly expected: number;
  private readonly cells = new Map<number, { readonly values: Float64Array; length: number; isSorted: boolean }>();

  /** `counts` are spans by key. */
  constructor(targets: readonly QuantileTarget[], counts: ReadonlyMap<number, number>) {
    for (const { key } of targets) {
      if (!this.cells.has(key)) {
        this.cells.set(key, { values: new Float64Array(counts.get(key) ?? 0), length: 0, isSorted: false });
      }
    }
    this.expected = [...this.cells.values()].reduce((sum, { values }) => sum + values.length, 0);
  }

  /** The keys of the cells. */
  get keys(): number[] {
    return [...this.cells.keys()];
  }

  add(key: number, duration: number): void {
    const cell = this.cells.get(key);
    if (cell !== undefined && cell.length < cell.values.length) {
      cell.values[cell.length++] = duration;
    }
  }

  /** The duration of a rank; NaN if there is none. */
  rank({ key, rank }: QuantileTarget): number {
    const cell = this.cells.get(key);
    if (cell === undefined || cell.length === 0) {
      return Number.NaN;
    }
    if (!cell.isSorted) {
      cell.values.subarray(0, cell.length).sort();
      cell.isSorted = true;
    }
    return cell.values[Math.min(rank, cell.length) - 1] ?? Number.NaN;
  }
}
