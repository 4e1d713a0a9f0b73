// SPDX-License-Identifier: Apache-2.0
//
// Comparisons of two values. A missing value, and a value of another type, make every comparison false,
// `!=` and `!~` too. Numbers compare across int, float and duration, exactly.

import type { ComparisonOperator } from '../ast.ts';
import type { CompiledPattern } from './regular-expression.ts';
import { compareText } from './text-order.ts';
import type { ScalarValue, Value } from './value.ts';

type OrderOperator = Exclude<ComparisonOperator, '=~' | '!~'>;

/**
 * Compares two values. Of an array, any element may satisfy the comparison, but for `!=` all must; two
 * arrays never compare.
 */
export function compareValues(operator: OrderOperator, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined || left.kind === 'opaque' || right.kind === 'opaque') {
    return false;
  }
  if (left.kind === 'array') {
    return (
      right.kind !== 'array' && quantify(operator === '!=', left.elements, (e) => compareScalars(operator, e, right))
    );
  }
  return right.kind === 'array'
    ? quantify(operator === '!=', right.elements, (element) => compareScalars(operator, left, element))
    : compareScalars(operator, left, right);
}

/** Matches a value against a pattern; of an array, any element must match, or for `!~` none. */
export function matchValue(operator: '=~' | '!~', value: Value | undefined, pattern: CompiledPattern): boolean {
  const negated = operator === '!~';
  const test = (scalar: ScalarValue): boolean => scalar.kind === 'string' && pattern.matches(scalar.value) !== negated;
  if (value === undefined || value.kind === 'opaque') {
    return false;
  }
  return value.kind === 'array' ? quantify(negated, value.elements, test) : test(value);
}

/** Negative, zero or positive; NaN where one of them is. Exact for any pair of integers and floats. */
export function compareNumbers(left: bigint | number, right: bigint | number): number {
  if (left < right) {
    return -1;
  }
  if (left > right) {
    return 1;
  }
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
}

function quantify(all: boolean, elements: readonly ScalarValue[], test: (element: ScalarValue) => boolean): boolean {
  return all ? elements.every(test) : elements.some(test);
}

function compareScalars(operator: OrderOperator, left: ScalarValue, right: ScalarValue): boolean {
  if (isNumeric(left) && isNumeric(right)) {
    return holds(operator, compareNumbers(left.value, right.value));
  }
  if (left.kind !== right.kind) {
    return false;
  }
  if (left.kind === 'string' && right.kind === 'string') {
    return holds(operator, compareText(left.value, right.value));
  }
  // Booleans, statuses and kinds have no order.
  return operator === '=' ? left.value === right.value : operator === '!=' && left.value !== right.value;
}

/** Whether the order of two operands satisfies the operator. NaN differs from everything. */
function holds(operator: OrderOperator, order: number): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export type NumericValue = Extract<ScalarValue, { kind: 'int' | 'float' | 'duration' }>;

export function isNumeric(value: Value): value is NumericValue {
  return value.kind === 'int' || value.kind === 'float' || value.kind === 'duration';
}
