// SPDX-License-Identifier: Apache-2.0
//
// Pipelines and what stands between their pipes. An opening parenthesis can start a spanset expression, a
// whole pipeline, a scalar or a metric, so operands are parsed first and sorted by what they turned out to
// be (`Operand.sort`); which operators may follow depends on that sort.

import type {
  Aggregate,
  GroupStage,
  MetricsOperation,
  MetricsPipeline,
  PipelineStage,
  ScalarExpression,
  ScalarFilter,
  SelectStage,
  SpansetExpression,
} from '../ast.ts';
import { isArithmeticOperator, isScalarComparison, isSpansetOperator, precedence, precedenceOf } from '../operators.ts';
import type { Token } from '../token.ts';
import { aggregateNames } from '../vocabulary.ts';
import type { Cursor } from './cursor.ts';
import { parseFieldExpression } from './field-expression.ts';
import { isMetricsFunctionAt, parseMetricsFunction, parseSecondStages, withSecondStages } from './metrics.ts';
import { combineMetrics, foldScalar } from './metrics-arithmetic.ts';
import { parseSpansetFilter } from './spanset-filter.ts';
import { parseReferences, tryParseSignedStatic } from './static.ts';

/** What an expression between two pipes turned out to be. */
export type Operand =
  | { readonly sort: 'spanset'; readonly node: SpansetExpression }
  | { readonly sort: 'scalar'; readonly node: ScalarExpression }
  | { readonly sort: 'filter'; readonly node: ScalarFilter }
  | { readonly sort: 'metrics'; readonly node: MetricsPipeline | MetricsOperation };

/** What a query, or the inside of a pair of parentheses, turned out to be. */
export type Pipeline =
  | { readonly sort: 'stages'; readonly stages: readonly PipelineStage[] }
  | { readonly sort: 'scalar'; readonly node: ScalarExpression }
  | { readonly sort: 'metrics'; readonly node: MetricsPipeline | MetricsOperation };

/**
 * Pipeline : Stage (`|` Stage)* (`|` MetricsFunction SecondStage*)?
 *          | MetricsExpression SecondStage*
 *          | ScalarExpression
 *          | Stage (`|` Stage)* `|` Aggregate
 *
 * The last two (`sort: 'scalar'`) have a meaning only in parentheses; the caller knows whether it is there.
 */
export function parsePipeline(cursor: Cursor): Pipeline {
  const start = cursor.peek();
  const stages: PipelineStage[] = [];
  do {
    const first = cursor.peek();
    if (isMetricsFunctionAt(cursor)) {
      if (stages.length === 0) {
        throw cursor.unexpected('a filter', first, `Start with the spans to measure: {} | ${first.text}(...)`);
      }
      const measure = parseMetricsFunction(cursor);
      const secondStages = parseSecondStages(cursor);
      const range = cursor.rangeFrom(start);
      return { sort: 'metrics', node: { kind: 'metricsPipeline', stages, function: measure, secondStages, range } };
    }
    const stage = tryParseFunctionStage(cursor, stages.length === 0);
    if (stage !== undefined) {
      stages.push(stage);
      continue;
    }
    const operand = parseOperand(cursor, precedence.logical);
    if (operand.sort === 'metrics') {
      if (stages.length > 0) {
        throw cursor.error(operand.node.range, 'syntax error: a metric cannot follow a pipe');
      }
      return { sort: 'metrics', node: withSecondStages(operand.node, parseSecondStages(cursor), cursor, start) };
    }
    if (operand.sort === 'scalar') {
      return endWithScalar(cursor, stages, operand.node, first, start);
    }
    stages.push(operand.node);
  } while (cursor.take('|'));
  return { sort: 'stages', stages };
}

/** `count() + 1`, or `{} | count()`: nothing follows a scalar, because its comparison would belong to it. */
function endWithScalar(
  cursor: Cursor,
  stages: readonly PipelineStage[],
  scalar: ScalarExpression,
  first: Token,
  start: Token
): Pipeline {
  if (stages.length === 0) {
    return { sort: 'scalar', node: scalar };
  }
  if (scalar.kind !== 'aggregate') {
    throw cursor.unexpected('a single aggregate or a comparison', first);
  }
  const range = cursor.rangeFrom(start);
  return { sort: 'scalar', node: { kind: 'scalarPipeline', stages, aggregate: scalar, range } };
}

/**
 * GroupStage    : `by` `(` FieldExpression `)`
 * CoalesceStage : `coalesce` `(` `)`, not as the first stage
 * SelectStage   : `select` `(` References `)`
 */
function tryParseFunctionStage(cursor: Cursor, isFirst: boolean): PipelineStage | undefined {
  const start = cursor.peek();
  if (cursor.isWord('by')) {
    cursor.next();
    cursor.expect('(');
    const expression = cursor.nested(() => parseFieldExpression(cursor));
    cursor.expect(')', 'an operator or )');
    const stage: GroupStage = { kind: 'by', expression, range: cursor.rangeFrom(start) };
    return stage;
  }
  if (cursor.isWord('coalesce') && !isFirst) {
    cursor.next();
    cursor.expect('(');
    cursor.expect(')');
    return { kind: 'coalesce', range: cursor.rangeFrom(start) };
  }
  if (cursor.isWord('select')) {
    cursor.next();
    cursor.expect('(');
    const attributes = parseReferences(cursor);
    cursor.expect(')', ', or )');
    const stage: SelectStage = { kind: 'select', attributes, range: cursor.rangeFrom(start) };
    return stage;
  }
  return undefined;
}

/**
 * SpansetExpression : Primary (SpansetOperator Primary)*
 * ScalarExpression  : Primary (ArithmeticOperator Primary)*
 * ScalarFilter      : ScalarExpression Comparison ScalarExpression
 * MetricsExpression : Primary ((`+` | `-` | `*` | `/`) Primary)*
 *
 * Takes operators that bind at least as tightly as `minimum`.
 */
function parseOperand(cursor: Cursor, minimum: number): Operand {
  const start = cursor.peek();
  let left = parsePrimary(cursor);
  for (;;) {
    const token = cursor.peek();
    if (token.kind !== 'symbol' || !appliesTo(left, token.symbol) || precedenceOf(token.symbol) < minimum) {
      return left;
    }
    cursor.next();
    cursor.countOperator();
    const rightStart = cursor.peek();
    const right = parseOperand(cursor, precedenceOf(token.symbol) + (token.symbol === '^' ? 0 : 1));
    left = combine(cursor, left, token.symbol, right, start, rightStart);
  }
}

type OperandOperator = Parameters<typeof precedenceOf>[0];

/** Whether an operator can follow an operand of this sort. A comparison after a metric is a second stage. */
function appliesTo(left: Operand, symbol: string): symbol is OperandOperator {
  switch (left.sort) {
    case 'spanset':
      return isSpansetOperator(symbol);
    case 'scalar':
      return isArithmeticOperator(symbol) || isScalarComparison(symbol);
    case 'metrics':
      return symbol === '+' || symbol === '-' || symbol === '*' || symbol === '/';
    case 'filter':
      return false;
  }
}

function combine(
  cursor: Cursor,
  left: Operand,
  operator: OperandOperator,
  right: Operand,
  start: Token,
  rightStart: Token
): Operand {
  const range = cursor.rangeFrom(start);
  if (left.sort === 'spanset' && right.sort === 'spanset' && isSpansetOperator(operator)) {
    const node: SpansetExpression = { kind: 'spansetOperation', operator, left: left.node, right: right.node, range };
    return { sort: 'spanset', node };
  }
  if (left.sort === 'scalar' && right.sort === 'scalar') {
    if (isArithmeticOperator(operator)) {
      return { sort: 'scalar', node: { kind: 'scalarOperation', operator, left: left.node, right: right.node, range } };
    }
    if (isScalarComparison(operator)) {
      if (!hasAggregate(left.node) && !hasAggregate(right.node)) {
        throw cursor.error(range, 'syntax error: a comparison outside of { } needs an aggregate such as count()');
      }
      return { sort: 'filter', node: { kind: 'scalarFilter', operator, left: left.node, right: right.node, range } };
    }
  }
  if (left.sort === 'metrics' || right.sort === 'metrics') {
    const leftNode = left.sort === 'scalar' ? foldScalar(cursor, left.node) : left.sort === 'metrics' && left.node;
    const rightNode = right.sort === 'scalar' ? foldScalar(cursor, right.node) : right.sort === 'metrics' && right.node;
    if (leftNode && rightNode) {
      return { sort: 'metrics', node: combineMetrics(cursor, leftNode, operator, rightNode, range) };
    }
  }
  const wanted = {
    spanset: 'a filter',
    scalar: 'an aggregate or a number',
    metrics: 'a metric or a number',
    filter: '',
  };
  throw cursor.unexpected(wanted[left.sort], rightStart);
}

/**
 * Primary : SpansetFilter | `(` Pipeline `)` | Aggregate | Static
 *
 * Parentheses around a single spanset expression only group; around a pipeline they make it an operand.
 */
function parsePrimary(cursor: Cursor): Operand {
  const start = cursor.peek();
  if (cursor.isSymbol('{')) {
    return { sort: 'spanset', node: parseSpansetFilter(cursor) };
  }
  if (cursor.take('(')) {
    const inner = cursor.nested(() => parsePipeline(cursor));
    cursor.expect(')', inner.sort === 'scalar' ? 'an operator or )' : '| or )');
    if (inner.sort !== 'stages') {
      return inner;
    }
    const [only] = inner.stages;
    if (inner.stages.length === 1 && only !== undefined && isSpansetExpression(only)) {
      return { sort: 'spanset', node: only };
    }
    return { sort: 'spanset', node: { kind: 'pipeline', stages: inner.stages, range: cursor.rangeFrom(start) } };
  }
  const aggregate = tryParseAggregate(cursor);
  if (aggregate !== undefined) {
    return { sort: 'scalar', node: aggregate };
  }
  const value = tryParseSignedStatic(cursor);
  if (value === undefined) {
    throw cursor.unexpected('{, ( or a function');
  }
  return { sort: 'scalar', node: value };
}

/** Aggregate : `count` `(` `)` | (`min` | `max` | `avg` | `sum`) `(` FieldExpression `)` */
function tryParseAggregate(cursor: Cursor): Aggregate | undefined {
  const start = cursor.peek();
  const name = start.kind === 'word' ? aggregateNames.find((candidate) => candidate === start.text) : undefined;
  if (name === undefined) {
    return undefined;
  }
  cursor.next();
  cursor.expect('(');
  if (name === 'count') {
    cursor.expect(')');
    return { kind: 'aggregate', name, range: cursor.rangeFrom(start) };
  }
  const expression = cursor.nested(() => parseFieldExpression(cursor));
  cursor.expect(')', 'an operator or )');
  return { kind: 'aggregate', name, expression, range: cursor.rangeFrom(start) };
}

function isSpansetExpression(stage: PipelineStage): stage is SpansetExpression {
  return stage.kind === 'spansetFilter' || stage.kind === 'spansetOperation' || stage.kind === 'pipeline';
}

function hasAggregate(expression: ScalarExpression): boolean {
  switch (expression.kind) {
    case 'aggregate':
    case 'scalarPipeline':
      return true;
    case 'scalarOperation':
      return hasAggregate(expression.left) || hasAggregate(expression.right);
    default:
      return false;
  }
}
