// SPDX-License-Identifier: Apache-2.0
//
// compare(): how often each value of each attribute is found in the spans of a selection, and in the others. For
// every attribute there are the counts of its most frequent values on either side, and the totals of those spans
// that have the attribute at all.

import type { CompareFunction } from '../../ast.ts';
import type { ScalarValue } from '../value.ts';
import { compareLabelValues, textLabel, valueKey, type Series, type SeriesLabel } from './series.ts';
import { addTo, bucketCount, bucketOf, type MetricsWindow } from './window.ts';

export type Side = 'baseline' | 'selection';

const TYPE_LABEL = '__meta_type';
const ERROR_LABEL = '__meta_error';
const TOO_MANY_VALUES = '__too_many_values__';

/** An attribute of a span, by the key of its label. */
export interface ComparedAttribute {
  readonly key: string;
  readonly value: ScalarValue;
}

interface Counted {
  readonly value: ScalarValue;
  readonly counts: Float64Array;
}

interface SideOfAttribute {
  readonly values: Map<string, Counted>;
  readonly totals: Float64Array;
  /** Whether it has values that were not added. */
  hasMore: boolean;
}

/** See the head of the file. Totals and counts of values are added each for itself: values may be left out. */
export class Comparison {
  private readonly sides: Readonly<Record<Side, Map<string, SideOfAttribute>>> = {
    baseline: new Map(),
    selection: new Map(),
  };
  private readonly buckets: number;

  constructor(window: MetricsWindow) {
    this.buckets = bucketCount(window);
  }

  /** Adds spans of a bucket that have the attribute. */
  addTotal(side: Side, key: string, bucket: number, count: number): void {
    addTo(this.attribute(side, key).totals, bucket, count);
  }

  /** Adds spans of a bucket whose attribute has this value. */
  addValue(side: Side, { key, value }: ComparedAttribute, bucket: number, count: number): void {
    const { values } = this.attribute(side, key);
    const id = valueKey(value);
    let counted = values.get(id);
    if (counted === undefined) {
      counted = { value, counts: new Float64Array(this.buckets) };
      values.set(id, counted);
    }
    addTo(counted.counts, bucket, count);
  }

  /** Says that an attribute has more values than were added. */
  setHasMore(side: Side, key: string): void {
    this.attribute(side, key).hasMore = true;
  }

  private attribute(side: Side, key: string): SideOfAttribute {
    const attributes = this.sides[side];
    let found = attributes.get(key);
    if (found === undefined) {
      found = { values: new Map(), totals: new Float64Array(this.buckets), hasMore: false };
      attributes.set(key, found);
    }
    return found;
  }

  /** The `topN` most frequent values of each attribute and side, the totals, and a mark where there are more values. */
  series(topN: number): Series<never>[] {
    const series: Series<never>[] = [];
    const tooMany = new Set<string>();
    for (const side of ['baseline', 'selection'] as const) {
      for (const [key, { values, totals, hasMore }] of this.sides[side]) {
        const ranked = [...values.values()]
          .map((counted) => ({ ...counted, total: counted.counts.reduce((sum, count) => sum + count, 0) }))
          .sort((a, b) => b.total - a.total || compareLabelValues(a.value, b.value));
        for (const { value, counts } of ranked.slice(0, topN)) {
          series.push({ labels: [textLabel(TYPE_LABEL, side), { key, value }], values: counts, exemplars: [] });
        }
        series.push({ labels: [textLabel(TYPE_LABEL, `${side}_total`), nil(key)], values: totals, exemplars: [] });
        if (hasMore || ranked.length > topN) {
          tooMany.add(key);
        }
      }
    }
    for (const key of tooMany) {
      const values = new Float64Array(this.buckets).fill(Number.NaN);
      series.push({ labels: [textLabel(ERROR_LABEL, TOO_MANY_VALUES), nil(key)], values, exemplars: [] });
    }
    return series;
  }
}

function nil(key: string): SeriesLabel {
  return textLabel(key, 'nil');
}

/** The window of a selection, if the function has one; two zeros are none. */
export function selectionWindow({ start = 0n, end = 0n }: CompareFunction): MetricsWindow | undefined {
  return start > 0n && end > 0n ? { start, end, step: end - start } : undefined;
}

/** The side of a span that starts at `time`; `matches` says whether the function's filter does. */
export function sideOf(measure: CompareFunction, time: bigint, matches: boolean): Side {
  const window = selectionWindow(measure);
  return matches && (window === undefined || bucketOf(window, time) !== undefined) ? 'selection' : 'baseline';
}
