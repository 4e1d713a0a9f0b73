// SPDX-License-Identifier: Apache-2.0
//
// The groups of a metrics function: one tally for each combination of the values it is grouped by, which become
// series in the end.

import type { MetricsFunction } from '../../ast.ts';
import type { Reference } from '../../references.ts';
import { typeOf } from '../../types.ts';
import type { NumericValue } from '../compare.ts';
import type { ScalarValue } from '../value.ts';
import { log2Cell } from './log2.ts';
import { referenceLabel } from './reference-label.ts';
import {
  NAME_LABEL,
  numberLabel,
  textLabel,
  valueKey,
  type Series,
  type SeriesExemplar,
  type SeriesLabel,
} from './series.ts';
import { ExactTally, Log2Tally, NumberTally, SumTally, tallyKind, type Tally, type TallyKind } from './tally.ts';
import { bucketCount, bucketSeconds, type MetricsWindow } from './window.ts';

/** A group's values, in the order of `by`; undefined where a span has none. */
export type GroupValues = readonly (ScalarValue | undefined)[];

type AnyTally = NumberTally | SumTally | Log2Tally | ExactTally;

/** A span that stands for others of its group. */
export interface GroupExemplar<Span> {
  readonly bucket: number;
  /** What the function measures of it. */
  readonly measured: NumericValue | undefined;
  readonly span: Span;
}

interface Group<Span> {
  readonly values: GroupValues;
  readonly tally: AnyTally;
  readonly exemplars: GroupExemplar<Span>[];
}

/** See the head of the file. `Span` is what the caller knows of a span that stands for others. */
export class MetricsGroups<Span = never> {
  readonly kind: TallyKind;
  /** Whether there was a group for which there was no room. */
  full = false;
  private readonly groups = new Map<string, Group<Span>>();
  private readonly measure: MetricsFunction;
  private readonly window: MetricsWindow;
  private readonly buckets: number;
  private readonly limit: number;

  /** At most `limit` groups are kept; spans of others are not counted. */
  constructor(measure: MetricsFunction, window: MetricsWindow, exact: boolean, limit = Infinity) {
    this.measure = measure;
    this.window = window;
    this.kind = tallyKind(measure, exact);
    this.buckets = bucketCount(window);
    this.limit = limit;
  }

  get size(): number {
    return this.groups.size;
  }

  /** The tally of a group; undefined if there is no room for another one. */
  tally(values: GroupValues): Tally | undefined {
    return this.group(values)?.tally;
  }

  /** Adds an exemplar to a group that there is; others are left out. */
  addExemplar(values: GroupValues, exemplar: GroupExemplar<Span>): void {
    this.groups.get(keyOf(values))?.exemplars.push(exemplar);
  }

  private group(values: GroupValues): Group<Span> | undefined {
    const key = keyOf(values);
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= this.limit) {
        this.full = true;
        return undefined;
      }
      group = { values, tally: this.newTally(), exemplars: [] };
      this.groups.set(key, group);
    }
    return group;
  }

  private newTally(): AnyTally {
    const { kind, buckets } = this;
    switch (kind) {
      case 'count':
      case 'min':
      case 'max':
        return new NumberTally(kind, buckets);
      case 'sum':
      case 'avg':
        return new SumTally(buckets);
      case 'log2':
        return new Log2Tally();
      case 'exact':
        return new ExactTally(buckets);
    }
  }

  /** The series, in no particular order. */
  series(): Series<Span>[] {
    return [...this.groups.values()].flatMap((group) => this.seriesOf(group));
  }

  private seriesOf({ values, tally, exemplars }: Group<Span>): Series<Span>[] {
    const { buckets, measure } = this;
    const unit = isInSeconds(measure.attribute) ? 1e9 : 1;
    const labels = groupLabels(measure.by, values);
    if (tally instanceof Log2Tally && measure.name === 'histogram_over_time') {
      return [...tally.byCell(buckets)].map(([cell, counts]) => ({
        labels: [...labels, numberLabel('__bucket', 2 ** cell / unit)],
        values: counts,
        // What was measured, as for all functions that measure: a heatmap has it on its axis. Tempo shows the count.
        exemplars: exemplars
          .filter(({ measured }) => measured !== undefined && log2Cell(measured) === cell)
          .map((exemplar) => toSeriesExemplar(exemplar, unit)),
      }));
    }
    if (tally instanceof Log2Tally || tally instanceof ExactTally) {
      const quantiles = measure.quantiles.map((p) => inUnit(tally.quantile(p, buckets), unit));
      const placed = exemplars.map((exemplar) => toSeriesExemplar(exemplar, unit));
      return measure.quantiles.map((p, index) => ({
        labels: [...labels, numberLabel('p', p)],
        values: quantiles[index] ?? new Float64Array(buckets),
        exemplars: placed.filter((exemplar) => nearest(quantiles, exemplar) === index),
      }));
    }
    const named = labels.length > 0 ? labels : [this.labelOfAll()];
    const placed = exemplars.map((exemplar) => toSeriesExemplar(exemplar, unit));
    return [{ labels: named, values: this.valuesOf(tally, unit), exemplars: placed }];
  }

  /** The label of a group that has none. */
  private labelOfAll(): SeriesLabel {
    const [first] = this.measure.by;
    return first === undefined ? textLabel(NAME_LABEL, this.measure.name) : textLabel(referenceLabel(first), 'nil');
  }

  private valuesOf(tally: NumberTally | SumTally, unit: number): Float64Array {
    if (tally instanceof SumTally) {
      const isAverage = this.kind === 'avg';
      return tally.sums.map((sum, bucket) => {
        const count = tally.counts[bucket] ?? 0;
        return count === 0 ? Number.NaN : sum / unit / (isAverage ? count : 1);
      });
    }
    return inUnit(tally.values, this.measure.name === 'rate' ? bucketSeconds(this.window) : unit);
  }
}

function keyOf(values: GroupValues): string {
  return values.length === 1 ? valueKey(values[0]) : JSON.stringify(values.map(valueKey));
}

function toSeriesExemplar<Span>({ bucket, measured, span }: GroupExemplar<Span>, unit: number): SeriesExemplar<Span> {
  return { bucket, value: measured === undefined ? Number.NaN : Number(measured.value) / unit, span };
}

/** Of several quantiles, the one that is closest to an exemplar where that is. */
function nearest(quantiles: readonly Float64Array[], { bucket, value }: SeriesExemplar<unknown>): number {
  const distances = quantiles.map((values) => Math.abs((values[bucket] ?? Number.NaN) - value));
  return distances.indexOf(Math.min(...distances));
}

function inUnit(values: Float64Array, unit: number): Float64Array {
  return unit === 1 ? values : values.map((value) => value / unit);
}

/** The labels of a group; values that spans do not have make none. */
function groupLabels(by: readonly Reference[], values: GroupValues): SeriesLabel[] {
  return by.flatMap((reference, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ key: referenceLabel(reference), value }];
  });
}

/** Whether what is measured is a duration, which is shown in seconds. */
export function isInSeconds(attribute: Reference | undefined): boolean {
  return attribute !== undefined && typeOf(attribute) === 'duration';
}
