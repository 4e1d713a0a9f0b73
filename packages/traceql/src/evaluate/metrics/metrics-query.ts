// SPDX-License-Identifier: Apache-2.0
//
// A metrics query as a whole: the pipelines that have to be counted, what their series are combined to, and the hints
// that concern the answer. Counting is done elsewhere: span by span in naive.ts, or by whoever stores the spans.

import type { MetricsExpression, MetricsOperation, MetricsPipeline, Query } from '../../ast.ts';
import { combineSeries, combineWithNumber } from './combination.ts';
import { applySecondStages } from './second-stages.ts';
import { compareLabels, type Series } from './series.ts';

/** The body of a metrics query. */
export type MetricsBody = MetricsPipeline | MetricsOperation;

/** The pipelines of a metrics query, from left to right. */
export function metricsPipelines(body: MetricsExpression): MetricsPipeline[] {
  switch (body.kind) {
    case 'metricsPipeline':
      return [body];
    case 'metricsOperation':
      return [...metricsPipelines(body.left), ...metricsPipelines(body.right)];
    default:
      return [];
  }
}

/** The series of a query, of those of its pipelines. Series without a sample are left out; sorted by labels. */
export function finishMetrics<Span>(
  body: MetricsBody,
  seriesOf: (pipeline: MetricsPipeline) => readonly Series<Span>[]
): Series<Span>[] {
  return [...combined(body, seriesOf)]
    .filter(({ values }) => !values.every(Number.isNaN))
    .sort((a, b) => compareLabels(a.labels, b.labels))
    .map((series) => ({
      ...series,
      exemplars: series.exemplars.flatMap((exemplar) => {
        const sample = series.values[exemplar.bucket] ?? Number.NaN;
        const value = Number.isNaN(exemplar.value) ? sample : exemplar.value;
        return Number.isNaN(sample) || value === 0 ? [] : [{ ...exemplar, value }];
      }),
    }));
}

function combined<Span>(
  body: MetricsBody,
  seriesOf: (pipeline: MetricsPipeline) => readonly Series<Span>[]
): readonly Series<Span>[] {
  if (body.kind === 'metricsPipeline') {
    return applySecondStages(seriesOf(body), body.secondStages);
  }
  const { operator, left, right, secondStages } = body;
  const series = isMetric(left)
    ? isMetric(right)
      ? combineSeries(operator, combined(left, seriesOf), combined(right, seriesOf))
      : combineWithNumber(operator, combined(left, seriesOf), numberOf(right), false)
    : isMetric(right)
      ? combineWithNumber(operator, combined(right, seriesOf), numberOf(left), true)
      : [];
  return applySecondStages(series, secondStages);
}

function isMetric(expression: MetricsExpression): expression is MetricsBody {
  return expression.kind === 'metricsPipeline' || expression.kind === 'metricsOperation';
}

/** Rules of validation let nothing but plain numbers stand beside a metric. */
function numberOf(expression: Exclude<MetricsExpression, MetricsBody>): number {
  return expression.kind === 'int' || expression.kind === 'float' ? Number(expression.value) : Number.NaN;
}

/** How many exemplars a query wants, if it says: `with(exemplars = 10)`, `with(exemplars = false)`. */
export function exemplarsHint({ hints }: Query): number | undefined {
  const value = hints.findLast(({ name }) => name === 'exemplars')?.value;
  if (value?.kind === 'int') {
    return Number(value.value < 0n ? 0n : value.value);
  }
  return value?.kind === 'boolean' && !value.value ? 0 : undefined;
}

/** Whether quantiles are to be exact, `with(exact = true)`; else they are those of a histogram, as Tempo's are. */
export function wantsExactQuantiles({ hints }: Query): boolean {
  const value = hints.findLast(({ name }) => name === 'exact')?.value;
  return value?.kind === 'boolean' && value.value;
}
