// SPDX-License-Identifier: Apache-2.0
//
// What a metrics query's answer is, going by its text: how it is drawn and what its numbers count.
import { intrinsicTable, metricsFunctions, tryParseQuery } from '@tracewell/traceql';
import type { AttributeRef, IntrinsicRef, MetricsExpression, MetricsPipeline } from '@tracewell/traceql';

export type MetricsUnit = 'seconds' | 'perSecond' | 'count' | 'number';

export interface MetricsKind {
  /** `histogram_over_time` is a heatmap, `compare` a table of attributes, everything else lines. */
  readonly draw: 'series' | 'heatmap' | 'comparison';
  readonly unit: MetricsUnit;
  /** Of a heatmap: what its buckets measure. */
  readonly bucketUnit: MetricsUnit;
}

const functionCall = new RegExp(`\\|\\s*(?:${metricsFunctions.map(({ name }) => name).join('|')})\\s*\\(`);

/** Does the text ask for numbers over time rather than for traces? A text that is not finished is judged by its looks. */
export function isMetricsQuery(query: string): boolean {
  const body = tryParseQuery(query)?.body;
  return body === undefined ? functionCall.test(query) : body.kind !== 'pipeline';
}

/** How the answer of a metrics query is shown; undefined for a query that is none. */
export function metricsKind(query: string): MetricsKind | undefined {
  const body = tryParseQuery(query)?.body;
  if (body === undefined || body.kind === 'pipeline') {
    return isMetricsQuery(query) ? { draw: 'series', unit: 'number', bucketUnit: 'number' } : undefined;
  }
  if (body.kind === 'metricsPipeline') {
    const measured = body.function;
    if (measured.kind === 'compare') {
      return { draw: 'comparison', unit: 'count', bucketUnit: 'number' };
    }
    if (measured.name === 'histogram_over_time') {
      return { draw: 'heatmap', unit: 'count', bucketUnit: unitOfReference(measured.attribute) };
    }
  }
  return { draw: 'series', unit: unitOf(body), bucketUnit: 'number' };
}

function unitOf(expression: MetricsExpression): MetricsUnit {
  switch (expression.kind) {
    case 'metricsPipeline':
      return unitOfPipeline(expression);
    case 'metricsOperation': {
      const left = unitOf(expression.left);
      const right = unitOf(expression.right);
      const isStatic = (one: MetricsExpression) => one.kind !== 'metricsPipeline' && one.kind !== 'metricsOperation';
      if (isStatic(expression.right)) {
        return left;
      }
      if (isStatic(expression.left)) {
        return expression.operator === '/' ? 'number' : right;
      }
      return left === right && (expression.operator === '+' || expression.operator === '-') ? left : 'number';
    }
    default:
      return 'number';
  }
}

function unitOfPipeline({ function: measured }: MetricsPipeline): MetricsUnit {
  if (measured.kind === 'compare') {
    return 'count';
  }
  switch (measured.name) {
    case 'rate':
      return 'perSecond';
    case 'count_over_time':
    case 'histogram_over_time':
      return 'count';
    default:
      return unitOfReference(measured.attribute);
  }
}

function unitOfReference(reference: AttributeRef | IntrinsicRef | undefined): MetricsUnit {
  return reference?.kind === 'intrinsic' && intrinsicTable[reference.name].type === 'duration' ? 'seconds' : 'number';
}
