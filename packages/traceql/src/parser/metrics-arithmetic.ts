// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic between metrics. Numbers beside a metric are folded while parsing (`1 / 2` is 0, `1.0 / 2` is
// 0.5), so an operand of a metric is a metric or one literal.

import type { MetricsExpression, MetricsOperation, Range, ScalarExpression, Static } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { MAX_INT, MIN_INT } from './static.ts';

type Constant = Extract<Static, { kind: 'int' | 'float' | 'duration' }>;

/** MetricsOperation : MetricsExpression (`+` | `-` | `*` | `/`) MetricsExpression */
export function combineMetrics(
  cursor: Cursor,
  left: MetricsExpression,
  operator: string,
  right: MetricsExpression,
  range: Range
): MetricsOperation {
  if (operator !== '+' && operator !== '-' && operator !== '*' && operator !== '/') {
    throw cursor.error(range, `syntax error: metrics cannot be combined with ${operator}, only with + - * /`);
  }
  return { kind: 'metricsOperation', operator, left, right, secondStages: [], range };
}

/** The value of an expression without aggregates; anything else beside a metric is an error. */
export function foldScalar(cursor: Cursor, expression: ScalarExpression): Static {
  if (expression.kind === 'aggregate' || expression.kind === 'scalarPipeline') {
    throw cursor.error(expression.range, 'syntax error: an aggregate cannot be combined with a metric');
  }
  return expression.kind === 'scalarOperation' ? foldOperation(cursor, expression) : expression;
}

function foldOperation(cursor: Cursor, expression: Extract<ScalarExpression, { kind: 'scalarOperation' }>): Static {
  const left = foldScalar(cursor, expression.left);
  const right = foldScalar(cursor, expression.right);
  if (!isConstant(left) || !isConstant(right)) {
    throw cursor.error(expression.range, 'syntax error: only numbers can be combined with a metric');
  }
  const { operator, range } = expression;
  if (left.kind === 'float' || right.kind === 'float') {
    const value = foldFloats(Number(left.value), operator, Number(right.value));
    if (!Number.isFinite(value)) {
      throw cursor.error(range, 'syntax error: the value of this constant is not a number');
    }
    return { kind: 'float', value, range };
  }
  if (right.value === 0n && (operator === '/' || operator === '%')) {
    throw cursor.error(range, operator === '/' ? 'division by zero' : 'modulo by zero');
  }
  if (operator === '^' && (right.value < 0n || right.value > 64n)) {
    throw cursor.error(range, 'syntax error: the exponent of a constant must be between 0 and 64');
  }
  const value = foldInts(left.value, operator, right.value);
  if (value > MAX_INT || value < MIN_INT) {
    throw cursor.error(range, `integer ${value} is out of range`);
  }
  return { kind: left.kind === 'duration' || right.kind === 'duration' ? 'duration' : 'int', value, range };
}

function isConstant(value: Static): value is Constant {
  return value.kind === 'int' || value.kind === 'float' || value.kind === 'duration';
}

type Operator = Extract<ScalarExpression, { kind: 'scalarOperation' }>['operator'];

function foldFloats(left: number, operator: Operator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
  }
}

function foldInts(left: bigint, operator: Operator, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
  }
}
