// SPDX-License-Identifier: Apache-2.0
//
// For compare(): counts of one column of a block by side, bucket and value, and how many of those are kept in memory so
// that a block need not be asked for them again.

import { valueKey, type ScalarValue } from '@tracewell/traceql';
import type { AttributeColumn, SqlResult } from '../blocks/reader.ts';
import { SIDES, sideOfCode, type ComparePart, type Comparing } from './compare-part.ts';

/** Rows of counts by side, bucket and value that one column of a block may have to be kept, and that all may have. */
const MAX_KEPT = 4_000;
const MAX_KEPT_IN_ALL = 200_000;

/** A column whose values are counted as they are. */
export interface ValueColumn {
  /** Key of the label. */
  readonly key: string;
  readonly sql: string;
  readonly type: AttributeColumn['type'];
  /** Which rows have a value there. */
  readonly where: string;
}

/** Values by how often they were seen, on one side. */
export type Totals = Map<string, { readonly value: ScalarValue; total: number }>;

/** Counts of one column by side, bucket and value. */
export class BucketCounts {
  readonly rows: number;
  private readonly sides: ArrayLike<number>;
  private readonly buckets: ArrayLike<number>;
  private readonly counts: ArrayLike<number>;
  private readonly valueOf: (row: number) => ScalarValue;

  constructor(result: SqlResult, type: AttributeColumn['type']) {
    this.rows = result.rowCount;
    this.sides = result.integers('s');
    this.buckets = result.integers('b');
    this.counts = result.integers('n');
    this.valueOf = readColumn(result, type);
  }

  /** The values of both sides over all buckets. */
  totals(): readonly [Totals, Totals] {
    const sides: readonly [Totals, Totals] = [new Map(), new Map()];
    for (let row = 0; row < this.rows; row++) {
      addTotal(sides[this.sides[row] === 1 ? 1 : 0], this.valueOf(row), this.counts[row] ?? 0);
    }
    return sides;
  }

  addTotals(comparison: Comparing['comparison'], { key }: ValueColumn): void {
    for (let row = 0; row < this.rows; row++) {
      comparison.addTotal(sideOfCode(this.sides[row]), key, this.buckets[row] ?? 0, this.counts[row] ?? 0);
    }
  }

  /** Adds the values in `top`, which has those of each side. */
  addTop(
    comparison: Comparing['comparison'],
    { key }: ValueColumn,
    top: readonly (readonly { readonly value: ScalarValue }[])[]
  ): void {
    const wanted = SIDES.map((_, index) => new Set((top[index] ?? []).map(({ value }) => valueKey(value))));
    for (let row = 0; row < this.rows; row++) {
      const value = this.valueOf(row);
      if (wanted[this.sides[row] ?? 0]?.has(valueKey(value)) === true) {
        comparison.addValue(sideOfCode(this.sides[row]), { key, value }, this.buckets[row] ?? 0, this.counts[row] ?? 0);
      }
    }
  }
}

/** Counts that need not be asked for a second time. */
export class KeptCounts {
  private readonly counts = new Map<ComparePart, Map<ValueColumn, BucketCounts>>();
  private rows = 0;

  get room(): number {
    return Math.min(MAX_KEPT, MAX_KEPT_IN_ALL - this.rows);
  }

  get(part: ComparePart, column: ValueColumn): BucketCounts | undefined {
    return this.counts.get(part)?.get(column);
  }

  add(part: ComparePart, column: ValueColumn, counts: BucketCounts): void {
    const ofPart = this.counts.get(part) ?? new Map<ValueColumn, BucketCounts>();
    this.counts.set(part, ofPart.set(column, counts));
    this.rows += counts.rows;
  }
}

/** Reads the values in column `v`. */
export function readColumn(result: SqlResult, type: AttributeColumn['type']): (row: number) => ScalarValue {
  switch (type) {
    case 'string': {
      const texts = result.texts('v');
      return (row) => ({ kind: 'string', value: texts[row] ?? '' });
    }
    case 'int': {
      const values = result.bigints('v');
      return (row) => ({ kind: 'int', value: values[row] ?? 0n });
    }
    case 'double': {
      const values = result.numbers('v');
      return (row) => ({ kind: 'float', value: values[row] ?? 0 });
    }
    case 'bool': {
      const values = result.integers('v');
      return (row) => ({ kind: 'boolean', value: values[row] !== 0 });
    }
  }
}

/** Adds spans with a value. */
export function addTotal(totals: Totals, value: ScalarValue, count: number): void {
  const id = valueKey(value);
  const before = totals.get(id);
  if (before === undefined) {
    totals.set(id, { value, total: count });
  } else {
    before.total += count;
  }
}
