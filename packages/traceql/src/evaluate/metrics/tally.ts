// SPDX-License-Identifier: Apache-2.0
//
// What a metrics function keeps of the spans of one group: numbers by bucket that can be added up in any order and in
// any portions, so that parts counted in different places (blocks, traces) make one series.

import type { MetricsFunction } from '../../ast.ts';
import type { NumericValue } from '../compare.ts';
import { log2Cell, log2Quantile, type CellCount } from './log2.ts';
import { addTo } from './window.ts';

/**
 * How a function sums up spans. What `value` of {@link Tally.add} means:
 * - count: nothing.
 * - min, max: the least, the greatest value.
 * - sum, avg: the sum of the values.
 * - log2: the cell of all the values; see log2.ts.
 * - exact: the value of every one of them.
 */
export type TallyKind = 'count' | 'min' | 'max' | 'sum' | 'avg' | 'log2' | 'exact';

/** Numbers of one group. */
export interface Tally {
  /** Adds `count` spans of a bucket. */
  add(bucket: number, value: number, count: number): void;
}

/** How a function sums up; `exact` quantiles are wanted instead of those of a histogram. */
export function tallyKind({ name }: MetricsFunction, exact: boolean): TallyKind {
  switch (name) {
    case 'rate':
    case 'count_over_time':
      return 'count';
    case 'min_over_time':
      return 'min';
    case 'max_over_time':
      return 'max';
    case 'sum_over_time':
      return 'sum';
    case 'avg_over_time':
      return 'avg';
    case 'quantile_over_time':
      return exact ? 'exact' : 'log2';
    case 'histogram_over_time':
      return 'log2';
  }
}

/** What one span's value adds to a tally of this kind; undefined if it adds nothing. */
export function contribution(kind: TallyKind, value: NumericValue): number | undefined {
  if (kind === 'log2') {
    return log2Cell(value);
  }
  const number = Number(value.value);
  return Number.isNaN(number) ? undefined : number;
}

/** One number for each bucket: counts, or the least or greatest value. */
export class NumberTally implements Tally {
  readonly values: Float64Array;
  private readonly kind: 'count' | 'min' | 'max';

  constructor(kind: 'count' | 'min' | 'max', buckets: number) {
    this.kind = kind;
    this.values = new Float64Array(buckets).fill(kind === 'count' ? 0 : Number.NaN);
  }

  add(bucket: number, value: number, count: number): void {
    const before = this.values[bucket];
    if (this.kind === 'count') {
      addTo(this.values, bucket, count);
    } else if (before === undefined || Number.isNaN(before)) {
      this.values[bucket] = value;
    } else {
      this.values[bucket] = this.kind === 'min' ? Math.min(before, value) : Math.max(before, value);
    }
  }
}

/** Sums and counts. */
export class SumTally implements Tally {
  readonly sums: Float64Array;
  readonly counts: Float64Array;

  constructor(buckets: number) {
    this.sums = new Float64Array(buckets);
    this.counts = new Float64Array(buckets);
  }

  add(bucket: number, value: number, count: number): void {
    addTo(this.sums, bucket, value);
    addTo(this.counts, bucket, count);
  }
}

/** Cells lie in [-1100, 1100]: doubles go from 2^-1074 to 2^1024. */
const CELL_BASE = 1_100;
const CELLS = 2 * CELL_BASE + 1;

/** Counts by bucket and power of two. */
export class Log2Tally implements Tally {
  private readonly counts = new Map<number, number>();

  add(bucket: number, cell: number, count: number): void {
    const key = bucket * CELLS + cell + CELL_BASE;
    this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }

  /** Counts by cell, of one bucket after the other, for as many buckets as there are. */
  byBucket(buckets: number): CellCount[][] {
    const cells = Array.from({ length: buckets }, (): CellCount[] => []);
    for (const [key, count] of this.counts) {
      cells[Math.floor(key / CELLS)]?.push({ cell: (key % CELLS) - CELL_BASE, count });
    }
    cells.forEach((inBucket) => inBucket.sort((a, b) => a.cell - b.cell));
    return cells;
  }

  quantile(p: number, buckets: number): Float64Array {
    return Float64Array.from(this.byBucket(buckets), (cells) => log2Quantile(p, cells));
  }

  /** Counts by bucket, for each cell that has any. */
  byCell(buckets: number): Map<number, Float64Array> {
    const cells = new Map<number, Float64Array>();
    for (const [key, count] of this.counts) {
      const cell = (key % CELLS) - CELL_BASE;
      const values = cells.get(cell) ?? new Float64Array(buckets);
      cells.set(cell, values);
      values[Math.floor(key / CELLS)] = count;
    }
    return cells;
  }
}

/** Every value, with how often it was seen. */
export class ExactTally implements Tally {
  private readonly seen: Map<number, number>[];

  constructor(buckets: number) {
    this.seen = Array.from({ length: buckets }, () => new Map<number, number>());
  }

  add(bucket: number, value: number, count: number): void {
    const values = this.seen[bucket];
    values?.set(value, (values.get(value) ?? 0) + count);
  }

  /** The least value that at least this part of the values does not exceed; NaN where there are none. */
  quantile(p: number): Float64Array {
    return Float64Array.from(this.seen, (values) => {
      const sorted = [...values].sort(([a], [b]) => a - b);
      const total = sorted.reduce((sum, [, count]) => sum + count, 0);
      const wanted = Math.max(1, Math.ceil(p * total));
      let below = 0;
      return sorted.find(([, count]) => (below += count) >= wanted)?.[0] ?? Number.NaN;
    });
  }
}
