// SPDX-License-Identifier: Apache-2.0
//
// Functions that turn spans into numbers over time, and the stages that may follow them.

import type {
  AttributeRef,
  CompareFunction,
  IntrinsicRef,
  MetricsFunction,
  MetricsOperation,
  MetricsPipeline,
  SecondStage,
} from '../ast.ts';
import { isScalarComparison } from '../operators.ts';
import { metricsFunctionNames } from '../vocabulary.ts';
import type { Cursor } from './cursor.ts';
import { parseSpansetFilter } from './spanset-filter.ts';
import { parseReference, parseReferences, parseSignedStatic } from './static.ts';

/** What `compare` shows of each attribute if it is not told. */
const DEFAULT_TOP_N = 10;

/** Whether the next token names a metrics function. */
export function isMetricsFunctionAt(cursor: Cursor): boolean {
  const token = cursor.peek();
  return (
    token.kind === 'word' && (token.text === 'compare' || metricsFunctionNames.some((name) => name === token.text))
  );
}

/**
 * MetricsFunction : Measure (`by` `(` References `)`)? | Compare
 * Measure : (`rate` | `count_over_time`) `(` `)`
 *         | (`min_over_time` | ... | `histogram_over_time`) `(` Reference `)`
 *         | `quantile_over_time` `(` Reference (`,` Number)+ `)`
 */
export function parseMetricsFunction(cursor: Cursor): MetricsFunction | CompareFunction {
  const start = cursor.next();
  const name = metricsFunctionNames.find((candidate) => candidate === start.text);
  cursor.expect('(');
  if (name === undefined) {
    return parseCompare(cursor, start);
  }
  let attribute: AttributeRef | IntrinsicRef | undefined;
  const quantiles: number[] = [];
  if (name !== 'rate' && name !== 'count_over_time') {
    attribute = parseReference(cursor);
  }
  if (name === 'quantile_over_time') {
    cursor.expect(',', ', and a quantile such as .99');
    do {
      quantiles.push(parseNumber(cursor, 'a quantile such as .99'));
    } while (cursor.take(','));
  }
  cursor.expect(')');
  let by: readonly (AttributeRef | IntrinsicRef)[] = [];
  if (cursor.isWord('by')) {
    cursor.next();
    cursor.expect('(');
    by = parseReferences(cursor);
    cursor.expect(')', ', or )');
  }
  const range = cursor.rangeFrom(start);
  return { kind: 'metricsFunction', name, ...(attribute === undefined ? {} : { attribute }), quantiles, by, range };
}

/** Compare : `compare` `(` SpansetFilter (`,` int (`,` int `,` int)?)? `)` */
function parseCompare(cursor: Cursor, start: { readonly start: number }): CompareFunction {
  const selection = parseSpansetFilter(cursor);
  let topN = DEFAULT_TOP_N;
  let window: { readonly start: bigint; readonly end: bigint } | undefined;
  if (cursor.take(',')) {
    topN = Number(parseInteger(cursor, 'how many values to show'));
    if (cursor.take(',')) {
      const from = parseInteger(cursor, 'a start time in nanoseconds');
      cursor.expect(',', ', and an end time in nanoseconds');
      window = { start: from, end: parseInteger(cursor, 'an end time in nanoseconds') };
    }
  }
  cursor.expect(')', ', or )');
  return { kind: 'compare', selection, topN, ...window, range: cursor.rangeFrom(start) };
}

/** SecondStage : `|` (`topk` | `bottomk`) `(` int `)` | Comparison SignedStatic */
export function parseSecondStages(cursor: Cursor): SecondStage[] {
  const stages: SecondStage[] = [];
  for (;;) {
    const start = cursor.peek();
    if (cursor.take('|')) {
      const kind = cursor.isWord('topk') ? 'topk' : cursor.isWord('bottomk') ? 'bottomk' : undefined;
      if (kind === undefined) {
        throw cursor.unexpected('topk or bottomk');
      }
      const word = cursor.next();
      cursor.expect('(');
      const limit = Number(parseInteger(cursor, 'how many series to keep'));
      cursor.expect(')');
      stages.push({ kind, limit, range: cursor.rangeFrom(word) });
    } else if (start.kind === 'symbol' && isScalarComparison(start.symbol)) {
      cursor.next();
      const value = parseSignedStatic(cursor, 'a number or a duration');
      stages.push({ kind: 'metricsFilter', operator: start.symbol, value, range: cursor.rangeFrom(start) });
    } else {
      return stages;
    }
  }
}

/** The metric with further second stages; a range that covers them. */
export function withSecondStages(
  node: MetricsPipeline | MetricsOperation,
  secondStages: readonly SecondStage[],
  cursor: Cursor,
  start: { readonly start: number }
): MetricsPipeline | MetricsOperation {
  if (secondStages.length === 0) {
    return node;
  }
  return { ...node, secondStages: [...node.secondStages, ...secondStages], range: cursor.rangeFrom(start) };
}

function parseInteger(cursor: Cursor, expected: string): bigint {
  const token = cursor.peek();
  const value = parseSignedStatic(cursor, expected);
  if (value.kind !== 'int') {
    throw cursor.unexpected(expected, token);
  }
  return value.value;
}

function parseNumber(cursor: Cursor, expected: string): number {
  const token = cursor.peek();
  const value = parseSignedStatic(cursor, expected);
  if (value.kind !== 'int' && value.kind !== 'float') {
    throw cursor.unexpected(expected, token);
  }
  return Number(value.value);
}
