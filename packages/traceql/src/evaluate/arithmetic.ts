// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic of two numbers. Integers are 64 bits and wrap, as Go's do; dividing them truncates. With a
// float the result is a float; a duration stays one unless it is divided or meets a float. What is no
// number (division by zero of floats and durations, arrays, text) is no value, so that nothing compares
// with it; integer division by zero is the one error.

import type { ArithmeticOperator, Range } from '../ast.ts';
import { TraceQlError } from '../error.ts';
import type { NumericValue } from './compare.ts';
import { isNumeric } from './compare.ts';
import type { Value } from './value.ts';

/** Thrown for integer `/ 0` and `% 0`, which know no place in the text; see {@link withRange}. */
class DivisionByZero extends Error {}

/** Runs a calculation; a division by zero in it becomes a TraceQlError at `range` of `source`. */
export function withRange<Result>(source: string, range: Range, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof DivisionByZero) {
      throw new TraceQlError(source, { code: 'type', message: error.message, range }, { cause: error });
    }
    throw error;
  }
}

/** `left operator right`; throws for integer division by zero; undefined if an operand is missing or no number, or the result is none. */
export function calculate(
  operator: ArithmeticOperator,
  left: Value | undefined,
  right: Value | undefined
): NumericValue | undefined {
  if (left === undefined || right === undefined || !isNumeric(left) || !isNumeric(right)) {
    return undefined;
  }
  if (left.kind === 'int' && right.kind === 'int') {
    return calculateInts(operator, left.value, right.value);
  }
  if (left.kind === 'float' || right.kind === 'float' || operator === '/' || operator === '^') {
    return float(calculateFloats(operator, Number(left.value), Number(right.value)));
  }
  if (operator === '%' && right.value === 0n) {
    return undefined;
  }
  return { kind: 'duration', value: wrap(exact(operator, left.value, right.value)) };
}

/** `-value`; undefined if it is no number. */
export function negate(value: Value | undefined): NumericValue | undefined {
  if (value === undefined || !isNumeric(value)) {
    return undefined;
  }
  return value.kind === 'float'
    ? { kind: 'float', value: -value.value }
    : { kind: value.kind, value: wrap(-value.value) };
}

function calculateInts(operator: ArithmeticOperator, left: bigint, right: bigint): NumericValue | undefined {
  if (operator === '^') {
    return right < 0n ? float(Number(left) ** Number(right)) : { kind: 'int', value: power(left, right) };
  }
  if (right === 0n && operator === '/') {
    throw new DivisionByZero('division by zero');
  }
  if (right === 0n && operator === '%') {
    throw new DivisionByZero('modulo by zero');
  }
  return { kind: 'int', value: wrap(operator === '/' ? left / right : exact(operator, left, right)) };
}

/** `left operator right`; NaN for a division by zero. */
export function calculateFloats(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? Number.NaN : left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
  }
}

function exact(operator: '+' | '-' | '*' | '%', left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '%':
      return left % right;
  }
}

function float(value: number): NumericValue | undefined {
  return Number.isNaN(value) ? undefined : { kind: 'float', value };
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** `base ^ exponent` modulo 2^64, in as many steps as the exponent has bits. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = wrap(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = wrap(result * square);
    }
    square = wrap(square * square);
  }
  return result;
}
