// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic between metrics. Series meet that have the same labels, their names aside; a series without labels meets
// every series of the other side that has no partner of its own. What finds no partner is gone; where one side has no
// sample there is none.

import type { MetricsOperation } from '../../ast.ts';
import { calculateFloats } from '../arithmetic.ts';
import { NAME_LABEL, seriesKey, textLabel, type Series, type SeriesExemplar, type SeriesLabel } from './series.ts';

export type MetricsOperator = MetricsOperation['operator'];

/** `left operator right` for two metrics. */
export function combineSeries<Span>(
  operator: MetricsOperator,
  left: readonly Series<Span>[],
  right: readonly Series<Span>[]
): Series<Span>[] {
  const lefts = new Map(left.map((series) => [seriesKey(series.labels), series]));
  const rights = new Map(right.map((series) => [seriesKey(series.labels), series]));
  const combined: Series<Span>[] = [];
  for (const key of rights.has('') ? lefts.keys() : rights.keys()) {
    const a = lefts.get(key) ?? lefts.get('');
    const b = rights.get(key) ?? rights.get('');
    if (a === undefined || b === undefined) {
      continue;
    }
    const isLeftShared = !lefts.has(key);
    const isRightShared = !rights.has(key);
    combined.push({
      labels: combineLabels(operator, a.labels, b.labels),
      values: a.values.map((value, bucket) => calculateFloats(operator, value, b.values[bucket] ?? Number.NaN)),
      exemplars: [...(isLeftShared ? [] : a.exemplars), ...(isRightShared ? [] : b.exemplars)],
    });
  }
  return combined;
}

/** `number operator series`, or `series operator number`. Exemplars move with their series. */
export function combineWithNumber<Span>(
  operator: MetricsOperator,
  series: readonly Series<Span>[],
  number: number,
  isNumberLeft: boolean
): Series<Span>[] {
  const calculate = (value: number): number =>
    isNumberLeft ? calculateFloats(operator, number, value) : calculateFloats(operator, value, number);
  const move = (exemplar: SeriesExemplar<Span>): SeriesExemplar<Span> => ({
    ...exemplar,
    value: calculate(exemplar.value),
  });
  return series.map(({ labels, values, exemplars }) => ({
    labels,
    values: values.map(calculate),
    exemplars: exemplars.map(move),
  }));
}

/** The labels of both; the name says how the series was made if both have one. */
function combineLabels(
  operator: MetricsOperator,
  left: readonly SeriesLabel[],
  right: readonly SeriesLabel[]
): SeriesLabel[] {
  const [leftName, rightName] = [left, right].map((labels) => labels.find(({ key }) => key === NAME_LABEL)?.value);
  const known = new Set([NAME_LABEL, ...left.map(({ key }) => key)]);
  return [
    ...(leftName === undefined || rightName === undefined
      ? []
      : [textLabel(NAME_LABEL, `(${leftName.value} ${operator} ${rightName.value})`)]),
    ...left.filter(({ key }) => key !== NAME_LABEL),
    ...right.filter(({ key }) => !known.has(key)),
  ];
}
