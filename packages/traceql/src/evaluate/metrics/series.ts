// SPDX-License-Identifier: Apache-2.0
//
// Series: labels and one value for each bucket. NaN is no sample. Labels are compared without `__name__`, which
// says how a series was made and not what it is of.

import { compareNumbers } from '../compare.ts';
import { compareText } from '../text-order.ts';
import type { ScalarValue, Value } from '../value.ts';

export const NAME_LABEL = '__name__';

export interface SeriesLabel {
  readonly key: string;
  readonly value: ScalarValue;
}

/** A span that stands for others of its series. `Span` is what the caller knows of it. */
export interface SeriesExemplar<Span> {
  readonly bucket: number;
  /** As the series measures; NaN: what the series has in that bucket. */
  readonly value: number;
  readonly span: Span;
}

export interface Series<Span> {
  readonly labels: readonly SeriesLabel[];
  /** One for each bucket; NaN where there is no sample. */
  readonly values: Float64Array;
  readonly exemplars: readonly SeriesExemplar<Span>[];
}

/** A text as a label's value. */
export function textLabel(key: string, value: string): SeriesLabel {
  return { key, value: { kind: 'string', value } };
}

/** A number as a label's value. */
export function numberLabel(key: string, value: number): SeriesLabel {
  return { key, value: { kind: 'float', value } };
}

/** A value as labels show it: arrays as text; undefined for none and for what cannot be shown. */
export function labelValue(value: Value | undefined): ScalarValue | undefined {
  switch (value?.kind) {
    case undefined:
    case 'opaque':
      return undefined;
    case 'array':
      return { kind: 'string', value: `[${value.elements.map((element) => String(element.value)).join(', ')}]` };
    default:
      return value;
  }
}

/** Equal for equal values of one type only. */
export function valueKey(value: ScalarValue | undefined): string {
  return value === undefined ? '-' : `${value.kind}:${String(value.value)}`;
}

/** Equal for series that are of the same thing; '' for a series without labels but its name. */
export function seriesKey(labels: readonly SeriesLabel[]): string {
  return labels
    .filter(({ key }) => key !== NAME_LABEL)
    .map(({ key, value }) => JSON.stringify([key, valueKey(value)]))
    .join('');
}

/** Fewer labels first, then by key and value of one label after the other; numbers by size. */
export function compareLabels(left: readonly SeriesLabel[], right: readonly SeriesLabel[]): number {
  for (let i = 0; left.length === right.length && i < left.length; i++) {
    const a = left[i];
    const b = right[i];
    const order =
      a === undefined || b === undefined ? 0 : compareText(a.key, b.key) || compareLabelValues(a.value, b.value);
    if (order !== 0) {
      return order;
    }
  }
  return left.length - right.length;
}

/** Numbers by size, others by their text. */
export function compareLabelValues(a: ScalarValue, b: ScalarValue): number {
  const isNumber = (kind: ScalarValue['kind']): boolean => kind === 'int' || kind === 'float' || kind === 'duration';
  if (isNumber(a.kind) && isNumber(b.kind) && typeof a.value !== 'string' && typeof b.value !== 'string') {
    return compareNumbers(Number(a.value), Number(b.value)) || compareText(valueKey(a), valueKey(b));
  }
  return compareText(String(a.value), String(b.value)) || compareText(a.kind, b.kind);
}
